// The openai-go client against the gateway.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
)

const (
	model    = "gpt-6-sol"
	askTools = "What is the weather in Paris and in Rome? Ask in parallel."
)

var (
	ctx    = context.Background()
	client openai.Client
	schema = map[string]any{
		"type":                 "object",
		"properties":           map[string]any{"city": map[string]any{"type": "string"}},
		"required":             []string{"city"},
		"additionalProperties": false,
	}
)

func clientWith(key string, more ...option.RequestOption) openai.Client {
	return openai.NewClient(append([]option.RequestOption{
		option.WithBaseURL(world.Gateway + "/v1"), option.WithAPIKey(key), option.WithUnsafeAllowHTTP(),
	}, more...)...)
}

func ask(name string, text string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: name, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)}}
}

func askWithTools(name string) openai.ChatCompletionNewParams {
	asked := ask(name, askTools)
	for _, tool := range []string{"get_weather", "get_time"} {
		asked.Tools = append(asked.Tools, openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: tool, Parameters: schema}))
	}
	return asked
}

func respond(text string) responses.ResponseNewParams {
	return responses.ResponseNewParams{Model: model, Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(text)}}
}

func respondWithTools() responses.ResponseNewParams {
	asked := respond(askTools)
	asked.Tools = []responses.ToolUnionParam{
		responses.ToolParamOfFunction("get_weather", schema, true), responses.ToolParamOfFunction("get_time", schema, true),
	}
	return asked
}

func whole(stream *ssestream.Stream[openai.ChatCompletionChunk]) (openai.ChatCompletionAccumulator, error) {
	var sum openai.ChatCompletionAccumulator
	for stream.Next() {
		check(sum.AddChunk(stream.Current()), "the client cannot join the chunks")
	}
	return sum, stream.Err()
}

func checkArguments(name, arguments string) {
	var object struct{ City string }
	check(name == "get_weather" || name == "get_time", "unknown tool %q", name)
	check(json.Unmarshal([]byte(arguments), &object) == nil, "arguments are no object: %s", arguments)
}

func checkChatCalls(choice openai.ChatCompletionChoice) {
	check(choice.FinishReason == "tool_calls", "finish_reason %q", choice.FinishReason)
	calls := choice.Message.ToolCalls
	check(len(calls) >= 2 && calls[0].ID != calls[1].ID, "parallel calls, got %d", len(calls))
	for _, call := range calls {
		checkArguments(call.Function.Name, call.Function.Arguments)
	}
}

func checkResponseCalls(response *responses.Response) {
	calls := 0
	for _, item := range response.Output {
		if item.Type == "function_call" {
			calls++
			checkArguments(item.Name, item.AsFunctionCall().Arguments)
		}
	}
	check(calls >= 2, "parallel calls, got %d", calls)
}

// The final response of a stream, whose sequence numbers must grow.
func finalResponse(stream *ssestream.Stream[responses.ResponseStreamEventUnion]) (final responses.Response, text string) {
	last := int64(-1)
	for stream.Next() {
		event := stream.Current()
		check(event.SequenceNumber > last, "sequence number %d after %d", event.SequenceNumber, last)
		last = event.SequenceNumber
		switch event.Type {
		case "response.output_text.delta":
			text += event.Delta
		case "response.completed":
			final = event.Response
		}
	}
	check(stream.Err() == nil, "the stream: %v", stream.Err())
	return final, text
}

// The client's exception, with what must stand in it.
func refused(err error, status int, code string) *openai.Error {
	var refusal *openai.Error
	check(errors.As(err, &refusal), "was not refused but: %v", err)
	check(refusal.StatusCode == status, "status %d, expected %d: %s", refusal.StatusCode, status, refusal.RawJSON())
	check(code == "" || refusal.Code == code, "code %q, expected %q", refusal.Code, code)
	check(refusal.Response.Header.Get("x-request-id") != "", "no x-request-id")
	return refusal
}

func chatError(name string, options ...option.RequestOption) error {
	_, err := client.Chat.Completions.New(ctx, ask(name, "Hello"), options...)
	return err
}

func chatCases() (cases []namedCase) {
	for _, cloud := range clouds {
		cases = append(cases, namedCase{"chat." + cloud.name, func() {
			answer := must(client.Chat.Completions.New(ctx, ask(cloud.model, "Hello")))
			check(answer.Choices[0].Message.Content != "" && answer.Choices[0].FinishReason == "stop", "%s", answer.RawJSON())
			check(answer.Usage.TotalTokens == answer.Usage.PromptTokens+answer.Usage.CompletionTokens, "usage does not add up")
		}}, namedCase{"stream." + cloud.name, func() {
			asked := ask(cloud.model, "Hello")
			asked.StreamOptions.IncludeUsage = openai.Bool(true)
			sum := must(whole(client.Chat.Completions.NewStreaming(ctx, asked)))
			check(sum.Choices[0].Message.Content != "" && sum.Choices[0].FinishReason == "stop", "not whole")
			check(sum.Usage.CompletionTokens > 0, "no usage")
		}}, namedCase{"tools." + cloud.name, func() {
			asked := askWithTools(cloud.model)
			answer := must(client.Chat.Completions.New(ctx, asked))
			checkChatCalls(answer.Choices[0])
			asked.Messages = append(asked.Messages, answer.Choices[0].Message.ToParam())
			for _, call := range answer.Choices[0].Message.ToolCalls {
				asked.Messages = append(asked.Messages, openai.ToolMessage("21 degrees", call.ID))
			}
			check(must(client.Chat.Completions.New(ctx, asked)).Choices[0].Message.Content != "", "no words after the tools")
		}}, namedCase{"tools_stream." + cloud.name, func() {
			checkChatCalls(must(whole(client.Chat.Completions.NewStreaming(ctx, askWithTools(cloud.model)))).Choices[0])
		}})
	}
	return cases
}

func usageOnlyIfAsked() {
	stream := client.Chat.Completions.NewStreaming(ctx, ask(model, "Hello"))
	for stream.Next() {
		chunk := stream.Current()
		check(len(chunk.Choices) > 0 && !chunk.JSON.Usage.Valid(), "not asked for: %s", chunk.RawJSON())
	}
	check(stream.Err() == nil, "the stream: %v", stream.Err())
}

func jsonSchema() {
	asked := ask(model, "What is the weather in Paris?")
	asked.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{
		JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: "weather", Schema: schema, Strict: openai.Bool(true)},
	}
	content := must(client.Chat.Completions.New(ctx, asked)).Choices[0].Message.Content
	var object struct{ City *string }
	check(json.Unmarshal([]byte(content), &object) == nil && object.City != nil, "does not fit the schema: %s", content)
}

func vision() {
	image := "data:image/png;base64,iVBORw0KGgo" + strings.Repeat("A", 2<<20)
	parts := []openai.ChatCompletionContentPartUnionParam{
		openai.TextContentPart("What is this?"), openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: image}),
	}
	asked := openai.ChatCompletionNewParams{Model: model, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(parts)}}
	check(must(client.Chat.Completions.New(ctx, asked)).Choices[0].Message.Content != "", "no answer")
}

func responsesTools() {
	response := must(client.Responses.New(ctx, respondWithTools()))
	checkResponseCalls(response)
	asked := respondWithTools()
	asked.PreviousResponseID = openai.String(response.ID)
	input := responses.ResponseInputParam{}
	for _, item := range response.Output {
		if item.Type == "function_call" {
			output := responses.ResponseInputItemParamOfFunctionCallOutput("21 degrees")
			output.OfFunctionCallOutput.CallID = param.NewOpt(item.CallID)
			input = append(input, output)
		}
	}
	asked.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: input}
	check(must(client.Responses.New(ctx, asked)).OutputText() != "", "no words after the tools")
}

func responsesByID() {
	made := must(client.Responses.New(ctx, respond("Hello")))
	check(must(client.Responses.Get(ctx, made.ID, responses.ResponseGetParams{})).ID == made.ID, "another response")
	check(client.Responses.Delete(ctx, made.ID) == nil, "not deleted")
	_, err := client.Responses.Get(ctx, made.ID, responses.ResponseGetParams{})
	refused(err, 404, "")
	asked := respond("Hello")
	asked.Background = openai.Bool(true)
	waiting := must(client.Responses.New(ctx, asked))
	check(must(client.Responses.Cancel(ctx, waiting.ID)).Status == "cancelled", "not cancelled")
}

func responsesOfAnotherTenant() {
	other := clientWith(world.Keys["b"])
	made := must(client.Responses.New(ctx, respond("Hello")))
	_, err := other.Responses.Get(ctx, made.ID, responses.ResponseGetParams{})
	refused(err, 404, "")
	_, err = other.Responses.Cancel(ctx, made.ID)
	refused(err, 404, "")
	refused(other.Responses.Delete(ctx, made.ID), 404, "")
	must(client.Responses.Get(ctx, made.ID, responses.ResponseGetParams{}))
}

func embeddings() {
	input := openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"one", "two", "three"}}
	answer := must(client.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: "text-embedding-3-small", Input: input}))
	check(len(answer.Data) == 3 && len(answer.Data[2].Embedding) > 0 && answer.Usage.PromptTokens > 0, "%s", answer.RawJSON())
}

func models() {
	var names []string
	other := clientWith(world.Keys["b"])
	for _, m := range must(other.Models.List(ctx)).Data {
		names = append(names, m.ID)
	}
	check(len(names) == 2, "only what the key may use, got %v", names)
}

func streamTruncated() {
	script(`{"kind":"truncate","after":3}`, "cut")
	_, err := whole(client.Chat.Completions.NewStreaming(ctx, ask("cut", "Hello")))
	var told *ssestream.StreamError
	check(errors.As(err, &told) && strings.Contains(told.Message, "stream_truncated"), "got %v", err)
	check(len(attempts("faulty", "cut")) == 1, "tried again after the first byte")
}

// This client hands the `error` event out instead of failing.
func streamTruncatedResponses() {
	script(`{"kind":"truncate","after":3}`, "cut")
	asked := respond("Hello")
	asked.Model = "cut"
	stream := client.Responses.NewStreaming(ctx, asked)
	var last responses.ResponseStreamEventUnion
	for stream.Next() {
		last = stream.Current()
	}
	check(last.Type == "error" && last.Code == "stream_truncated", "ended with %s, %v", last.RawJSON(), stream.Err())
}

func cancel() {
	script(`{"kind":"stall","after":2}`, "endless")
	leaving, leave := context.WithCancel(ctx)
	stream := client.Chat.Completions.NewStreaming(leaving, ask("endless", "Hello"))
	check(stream.Next(), "no event: %v", stream.Err())
	leave()
	within(time.Second, "the upstream hears of it", func() bool {
		for _, a := range attempts("compatible", "endless") {
			if a.ClientGone {
				return true
			}
		}
		return false
	})
}

func headers() {
	var answer *http.Response
	check(chatError(model, option.WithResponseInto(&answer)) == nil, "refused")
	check(answer.Header.Get("x-fairway-provider") == "openai", "provider %q", answer.Header.Get("x-fairway-provider"))
	check(answer.Header.Get("x-fairway-deployment") == "openai/gpt-6-sol", "deployment")
	check(answer.Header.Get("x-fairway-attempts") == "1" && answer.Header.Get("x-request-id") != "", "headers")
}

func apiKeyHeader() {
	instead := []option.RequestOption{option.WithHeaderDel("authorization"), option.WithHeader("api-key", world.Keys["a"])}
	check(chatError("gpt-6-sol-azure", instead...) == nil, "refused")
}

// The client's own retries stay on: only x-should-retry keeps it from asking again.
func errorCases() []namedCase {
	return []namedCase{
		{"error_400", func() { refused(chatError(model, option.WithJSONSet("n", "many")), 400, "") }},
		{"error_401", func() { refused(chatError(model, option.WithAPIKey("sk-nobody")), 401, "invalid_api_key") }},
		{"error_403", func() { refused(chatError("gpt-6-astra"), 403, "model_not_allowed") }},
		{"error_404", func() {
			message := refused(chatError("gpt-6-sal"), 404, "model_not_found").Message
			check(strings.Contains(message, "gpt-6-sol"), "no nearest name: %s", message)
		}},
		{"error_413", func() { refused(chatError(model, option.WithJSONSet("user", strings.Repeat("x", 33<<20))), 413, "") }},
		{"error_429", func() {
			script(`{"kind":"status","status":429,"retry_after_ms":1000}`, "throttled-1", "throttled-2")
			refusal := refused(chatError("all-throttled"), 429, "all_deployments_failed")
			check(refusal.Response.Header.Get("x-should-retry") == "false", "no x-should-retry")
			check(refusal.Response.Header.Get("retry-after") != "", "no retry-after")
			check(len(attempts("faulty", "throttled-1", "throttled-2")) == 2, "retries are multiplied")
		}},
		{"error_502", func() {
			script(`{"kind":"status","status":500}`, "broken-1", "broken-2")
			refused(chatError("all-broken"), 502, "all_deployments_failed")
			check(len(attempts("faulty", "broken-1", "broken-2")) == 2, "retries are multiplied")
		}},
		{"error_503", func() {
			script(`{"kind":"stall","after":2}`, "endless")
			leaving, leave := context.WithCancel(ctx)
			defer leave()
			crowded := clientWith(world.Keys["a"], option.WithBaseURL(world.Crowded+"/v1"), option.WithMaxRetries(0)) // room for one exchange
			stream := crowded.Chat.Completions.NewStreaming(leaving, ask("endless", "Hello"))
			check(stream.Next(), "no event: %v", stream.Err())
			_, err := crowded.Chat.Completions.New(ctx, ask(model, "Hello"))
			refused(err, 503, "overloaded")
		}},
		{"error_504", func() {
			script(`{"kind":"stall"}`, "slow-1", "slow-2")
			refused(chatError("all-slow"), 504, "all_deployments_failed")
		}},
	}
}

func main() {
	readWorld()
	client = clientWith(world.Keys["a"])
	cases := chatCases()
	cases = append(cases, []namedCase{
		{"usage_only_if_asked", usageOnlyIfAsked},
		{"json_schema", jsonSchema},
		{"vision", vision},
		{"responses", func() { check(must(client.Responses.New(ctx, respond("Hello"))).OutputText() != "", "no words") }},
		{"responses_stream", func() {
			final, text := finalResponse(client.Responses.NewStreaming(ctx, respond("Hello")))
			check(text != "" && final.OutputText() == text, "%q is not %q", final.OutputText(), text)
		}},
		{"responses_tools", responsesTools},
		{"responses_tools_stream", func() {
			final, _ := finalResponse(client.Responses.NewStreaming(ctx, respondWithTools()))
			checkResponseCalls(&final)
		}},
		{"responses_by_id", responsesByID},
		{"responses_of_another_tenant", responsesOfAnotherTenant},
		{"embeddings", embeddings},
		{"models", models},
	}...)
	cases = append(cases, errorCases()...)
	cases = append(cases, []namedCase{
		{"stream_truncated", streamTruncated},
		{"stream_truncated_responses", streamTruncatedResponses},
		{"cancel", cancel},
		{"headers", headers},
		{"api_key_header", apiKeyHeader},
	}...)
	if runCases(cases) > 0 {
		os.Exit(1)
	}
}
