package command_test

import (
	"context"
	"fmt"
	"os"

	"github.com/klepto-go/klepto/cmd/kleptoinspect/command"
)

func ExampleRun() {
	env := &command.Env{Out: os.Stdout, Err: os.Stderr}
	code := command.Run(context.Background(), []string{"info", "mem:"}, env)
	fmt.Println("exit code", code)
	// Output:
	// mem:
	// 0 entries of 0 functions, 0 B of results, computed in 0 s
	// exit code 0
}
