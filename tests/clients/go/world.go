package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// What every case needs: where the gateway is, the fakes' scripts and bills.
var world struct {
	Gateway string            `json:"gateway"`
	Crowded string            `json:"crowded"`
	Keys    map[string]string `json:"keys"`
	Fakes   map[string]string `json:"fakes"`
}

var clouds = []struct{ name, model string }{
	{"openai", "gpt-6-sol"}, {"azure", "gpt-6-sol-azure"}, {"compatible", "gpt-oss-120b"},
}

func readWorld() {
	text, err := os.ReadFile(os.Getenv("FAIRWAY_WORLD"))
	if err == nil {
		err = json.Unmarshal(text, &world)
	}
	if err != nil {
		fmt.Println("FAILED the world:", err)
		os.Exit(1)
	}
}

type failure struct{ message string }

func fail(format string, args ...any) { panic(failure{fmt.Sprintf(format, args...)}) }

func must[T any](value T, err error) T {
	if err != nil {
		fail("%T: %v", err, err)
	}
	return value
}

func check(ok bool, format string, args ...any) {
	if !ok {
		fail(format, args...)
	}
}

type attempt struct {
	Model      string `json:"model"`
	ClientGone bool   `json:"client_gone"`
}

// The attempts a fake has seen for these upstream models.
func attempts(fake string, models ...string) (found []attempt) {
	answer := must(http.Get(world.Fakes[fake] + "/_fake/bill"))
	defer answer.Body.Close()
	var bill struct{ Attempts []attempt }
	if err := json.NewDecoder(answer.Body).Decode(&bill); err != nil {
		fail("the bill: %v", err)
	}
	for _, a := range bill.Attempts {
		if slices.Contains(models, a.Model) {
			found = append(found, a)
		}
	}
	return found
}

// The fakes whose models fail when asked to.
var scripted = []string{"faulty", "compatible"}

func faultsOf(method, fake, body string) {
	request := must(http.NewRequest(method, world.Fakes[fake]+"/_fake/faults", strings.NewReader(body)))
	answer := must(http.DefaultClient.Do(request))
	answer.Body.Close()
	check(answer.StatusCode == 200, "the fake does not take the script: %d", answer.StatusCode)
}

// The next request for each of these upstream models meets the fault, a JSON object; the fake that knows the
// model plays it.
func script(fault string, models ...string) {
	var entries []string
	for _, model := range models {
		entries = append(entries, strings.TrimSuffix(fault, "}")+`,"match":{"model":"`+model+`"}}`)
	}
	for _, fake := range scripted {
		faultsOf("POST", fake, `{"faults":[`+strings.Join(entries, ",")+`]}`)
	}
}

// Waits until probe says yes; the bound is the caller's promise.
func within(limit time.Duration, what string, probe func() bool) {
	for end := time.Now().Add(limit); !probe(); time.Sleep(20 * time.Millisecond) {
		check(time.Now().Before(end), "%s: not within %v", what, limit)
	}
}

type namedCase struct {
	name string
	run  func()
}

func attemptCase(c namedCase) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			if f, ok := caught.(failure); ok {
				err = errors.New(f.message)
			} else {
				panic(caught)
			}
		}
	}()
	c.run()
	return nil
}

// Runs the cases one after the other, since faults are scripted for the next request.
func runCases(cases []namedCase) int {
	failed := 0
	for _, c := range cases {
		if len(os.Args) > 1 && !slices.Contains(os.Args[1:], c.name) {
			continue
		}
		if err := attemptCase(c); err != nil {
			failed++
			fmt.Printf("FAILED %s: %v\n", c.name, err)
		} else {
			fmt.Println("ok", c.name)
		}
		for _, fake := range scripted {
			faultsOf("DELETE", fake, "")
		}
	}
	return failed
}
