package main

import (
	"fmt"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"
	"github.com/openai/openai-go/v3/option"
)

func main() {
	c := openai.NewClient(option.WithAPIKey("x"))
	fmt.Println(len(c.Options), azure.WithAPIKey("x") != nil)
}
