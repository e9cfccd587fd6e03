"""boto3, google-genai and the OpenAI client for Azure that talk to the fakes directly: what they accept as a cloud is one."""
import json
import os
import urllib.parse
import urllib.request
from contextlib import contextmanager

import boto3
import botocore.exceptions
import openai
from botocore.config import Config
from google import genai
from google.genai import errors, types
from google.oauth2 import service_account
from world import call, case, cases_per, main, refused, world

FAKES = world["fakes"]
REGION = "us-east-1"
KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
SOL, OSS, FLASH = "us.openai.gpt-6-sol", "openai.gpt-oss-120b-1:0", "gemini-2.5-flash"
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ONCE = Config(retries={"total_max_attempts": 1})


def aws(service="bedrock-runtime", fake="bedrock", **more):
    given = {"region_name": REGION, "endpoint_url": FAKES[fake], "config": ONCE, **KEYS, **more}
    return boto3.client(service, **given)


def script(fake, faults):
    urllib.request.urlopen(FAKES[fake] + "/_fake/faults", data=faults.encode()).read()


def ask(text, **more):
    return {"modelId": SOL, "messages": [{"role": "user", "content": [{"text": text}]}], **more}


def tool_config():
    return {"tools": [{"toolSpec": {"name": name, "inputSchema": {"json": PARAMETERS}}} for name in ("get_weather", "get_time")]}


@cases_per(["gpt", "oss", "arn"])
def aws_converse_at(kind):
    model = {"gpt": SOL, "oss": OSS, "arn": f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{SOL}"}[kind]
    answer = aws().converse(**ask("Hello", modelId=model) | {"inferenceConfig": {"maxTokens": 5}})
    assert answer["stopReason"] == "max_tokens" and answer["usage"]["outputTokens"] == 5
    assert answer["output"]["message"]["content"][0]["text"]
    assert answer["ResponseMetadata"]["RequestId"]


@case
def aws_converse_stream():
    whole = aws().converse(**ask("Hello"))
    events = list(aws().converse_stream(**ask("Hello"))["stream"])
    text = "".join(e["contentBlockDelta"]["delta"]["text"] for e in events if "contentBlockDelta" in e)
    assert text == whole["output"]["message"]["content"][0]["text"]
    assert events[-2]["messageStop"]["stopReason"] == "end_turn"
    assert events[-1]["metadata"]["usage"] == whole["usage"]


@case
def aws_tools():
    first = ask("Ask both", toolConfig=tool_config())
    called = aws().converse(**first)
    uses = [block["toolUse"] for block in called["output"]["message"]["content"]]
    assert called["stopReason"] == "tool_use" and len(uses) == 2 and isinstance(uses[0]["input"]["city"], str)
    results = [{"toolResult": {"toolUseId": use["toolUseId"], "content": [{"json": {"degrees": 21}}]}} for use in uses]
    turns = [*first["messages"], called["output"]["message"], {"role": "user", "content": results}]
    assert aws().converse(**{**first, "messages": turns})["stopReason"] == "end_turn"


@case
def aws_invoke():
    body = json.dumps({"messages": [{"role": "user", "content": "Hello"}], "max_completion_tokens": 4})
    whole = json.loads(aws().invoke_model(modelId=OSS, body=body)["body"].read())
    assert whole["usage"]["completion_tokens"] == 4
    events = aws().invoke_model_with_response_stream(modelId=OSS, body=body)["body"]
    chunks = [json.loads(event["chunk"]["bytes"]) for event in events]
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
    assert text == whole["choices"][0]["message"]["content"]
    assert chunks[-1]["amazon-bedrock-invocationMetrics"]["outputTokenCount"] == 4


ERRORS = {"ValidationException": (400, ""), "AccessDeniedException": (403, ""), "ThrottlingException": (429, ""),
          "ModelNotReadyException": (429, " code=ModelNotReadyException"), "ModelErrorException": (424, ""),
          "ServiceQuotaExceededException": (400, " code=ServiceQuotaExceededException"), "InternalServerException": (500, ""),
          "ServiceUnavailableException": (503, "")}


@cases_per(ERRORS)
def aws_error_at(name):
    status, more = ERRORS[name]
    script("bedrock", f"status {status}{more}")
    try:
        aws().converse(**ask("x"))
    except botocore.exceptions.ClientError as error:
        assert type(error).__name__ == name, type(error)
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
        return
    raise AssertionError("was not refused")


@case
def aws_stream_exception():
    script("bedrock", 'error_event after=3 code=throttlingException message="slow down"')
    try:
        list(aws().converse_stream(**ask("x"))["stream"])
    except botocore.exceptions.EventStreamError as error:
        assert error.response["Error"]["Code"] == "throttlingException", error.response
        return
    raise AssertionError("the stream did not break")


@case
def aws_signature():
    for wrong in ({"aws_secret_access_key": "another"}, {"region_name": "us-west-2"}):
        try:
            aws(**wrong).converse(**ask("x"))
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidSignatureException", error.response
        else:
            raise AssertionError("was not refused")


@contextmanager
def surroundings(**variables):
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


SOURCES = {
    "container": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": FAKES["tokens"] + "/v1/credentials",
                  "AWS_CONTAINER_AUTHORIZATION_TOKEN": "fake-container-token"},
    "instance": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": FAKES["tokens"] + "/"},
}


@cases_per(SOURCES)
def aws_credentials_at(source):
    with surroundings(**SOURCES[source]):
        client = boto3.Session().client("bedrock-runtime", region_name=REGION, endpoint_url=FAKES["bedrock"], config=ONCE)
        assert client.converse(**ask("x"))["stopReason"] == "end_turn"


@case
def aws_roles():
    given = aws("sts", "tokens").assume_role(RoleArn="arn:aws:iam::123456789012:role/fairway", RoleSessionName="clients")["Credentials"]
    role = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"]}
    assert aws(**role).converse(**ask("x"))["stopReason"] == "end_turn"
    try:
        aws("sts", "tokens").assume_role(RoleArn="arn:aws:iam::123456789012:role/denied", RoleSessionName="clients")
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied"
    else:
        raise AssertionError("was not refused")


def gemini():
    file = json.loads(call(FAKES["tokens"] + "/_fake/service_account"))
    account = service_account.Credentials.from_service_account_info(file, scopes=["https://www.googleapis.com/auth/cloud-platform"])
    options = types.HttpOptions(base_url=FAKES["vertex"], api_version="v1")
    # Who lets go of the client ends it.
    return genai.Client(vertexai=True, project="fake-project", location="us-central1", credentials=account, http_options=options)


GEMINI = gemini()


@case
def genai_service_account():
    """The account's JWT becomes a token at the fake endpoint its file names."""
    GEMINI.models.generate_content(model=FLASH, contents="x")
    last = json.loads(call(FAKES["tokens"] + "/_fake/bill?last=1"))["attempts"][-1]
    assert (last["model"], last["status"]) == ("google_oauth", 200), last


@case
def genai_generate():
    config = types.GenerateContentConfig(max_output_tokens=5)
    answer = GEMINI.models.generate_content(model=FLASH, contents="Hello", config=config)
    assert answer.text and answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    assert answer.usage_metadata.candidates_token_count == 5


@case
def genai_stream():
    client = GEMINI
    whole = client.models.generate_content(model=FLASH, contents="Hello")
    chunks = list(client.models.generate_content_stream(model=FLASH, contents="Hello"))
    assert "".join(chunk.text or "" for chunk in chunks) == whole.text
    assert chunks[-1].usage_metadata == whole.usage_metadata


@case
def genai_tools():
    declared = types.FunctionDeclaration(name="get_weather", parameters_json_schema=PARAMETERS)
    config = types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declared])])
    question = types.Content(role="user", parts=[types.Part(text="Ask it twice, in parallel")])
    called = GEMINI.models.generate_content(model=FLASH, contents=[question], config=config)
    assert len(called.function_calls) == 2 and isinstance(called.function_calls[0].args["city"], str)
    results = [types.Part.from_function_response(name=c.name, response={"degrees": 21}) for c in called.function_calls]
    turns = [question, called.candidates[0].content, types.Content(role="user", parts=results)]
    assert GEMINI.models.generate_content(model=FLASH, contents=turns, config=config).text


@case
def genai_errors():
    script("vertex", "status 429; status 400 wrapped=true")
    refused(errors.ClientError, lambda: GEMINI.models.generate_content(model=FLASH, contents="x"), code=429, status="RESOURCE_EXHAUSTED")
    refused(errors.ClientError, lambda: GEMINI.models.generate_content(model=FLASH, contents="x"), code=400)


MESSAGES = [{"role": "user", "content": "Hello"}]


@case
def openai_azure():
    client = openai.AzureOpenAI(azure_endpoint=FAKES["azure"], api_key="up-azure", api_version="2024-10-21", max_retries=0)
    assert client.chat.completions.create(model="sol-prod", messages=MESSAGES).choices[0].message.content


@case
def openai_azure_entra():
    def token(scope):
        form = {"grant_type": "client_credentials", "client_id": "11111111-2222-3333-4444-555555555555",
                "client_secret": "fake-entra-secret", "scope": scope}
        url = FAKES["tokens"] + "/tenant/oauth2/v2.0/token"
        return json.load(urllib.request.urlopen(url, data=urllib.parse.urlencode(form).encode()))["access_token"]

    def chat(scope):
        client = openai.AzureOpenAI(azure_endpoint=FAKES["azure"], azure_ad_token_provider=lambda: token(scope),
                                    api_version="2024-10-21", max_retries=0)
        return client.chat.completions.create(model="sol-prod", messages=MESSAGES)

    assert chat("https://cognitiveservices.azure.com/.default").choices[0].message.content
    refused(openai.AuthenticationError, lambda: chat("https://management.azure.com/.default"), status_code=401)


main()
