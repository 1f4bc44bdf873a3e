using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

public class UsageTests
{
    public static TheoryData<string> Commands =>
        ["info", "tokenize", "embed", "classify", "fit", "predict", "evaluate", "compare", "task", "explain", "mine", "pretrain"];

    [Theory, MemberData(nameof(Commands))]
    public void Help_shows_what_a_command_does_and_an_example(string command)
    {
        Assert.Matches($@"(?m)^  {command} .*[^ ]\.$\n +Example: .*kedge {command}", CliRun.Done("--help"));
        var help = CliRun.Done(command, "--help");
        Assert.Matches($@"(?m)^  Example: .*kedge {command}", help);
        Assert.Contains($"Usage:\n  kedge {command} ", help);
    }

    [Fact]
    public void The_version_is_the_librarys() => Assert.Equal("0.1.0\n", CliRun.Done("--version"));

    [Fact]
    public void Without_a_command_the_help_is_shown()
    {
        var run = CliRun.Of();
        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Equal(CliRun.Done("--help"), run.Error);
    }

    [Theory]
    [InlineData("predcit", "Unrecognized command or argument 'predcit'.\nSee: kedge --help\n")]
    [InlineData("fit --data x --out y --shot 3",
        "There is no option '--shot': --shots is near.\nSee: kedge fit --help\n")]
    [InlineData("predict --classifier x photo.jpg --treads 2",
        "There is no option '--treads': --threads is near.\nSee: kedge predict --help\n")]
    [InlineData("embed --images a b --treads=2 --out x", "There is no option '--treads': --threads is near.\nSee: kedge embed --help\n")]
    [InlineData("compare --data a -o b", "There is no option '-o'.\nSee: kedge compare --help\n")]
    [InlineData("fit --data x --out --quietly", "There is no option '--quietly'.\nSee: kedge fit --help\n")]
    [InlineData("fit --data x", "Option '--out' is required.\nSee: kedge fit --help\n")]
    [InlineData("fit --data x --out y --shots 0", "--shots is 0: it must be a number from 1, or all.\nSee: kedge fit --help\n")]
    [InlineData("fit --data x --out y --views 0", "--views is 0: it must be at least 1.\nSee: kedge fit --help\n")]
    [InlineData("fit --data x --out y --threads -1", "--threads is -1: it must be at least 1.\nSee: kedge fit --help\n")]
    [InlineData("fit --data x --out y --option alpha", "--option is alpha: it must be key=value.\nSee: kedge fit --help\n")]
    [InlineData("fit --data x --out y --seed one",
        "Cannot parse argument 'one' for option '--seed' as expected type 'System.Int32'.\nSee: kedge fit --help\n")]
    [InlineData("fit --data x --out y --reject 0", "--reject is 0: it must be above 0.\nSee: kedge fit --help\n")]
    [InlineData("fit --data x --out y --reject 1", "--reject is 1: it must be below 1.\nSee: kedge fit --help\n")]
    [InlineData("fit --out y", "Give either --data or --task.\nSee: kedge fit --help\n")]
    [InlineData("fit --data x --task z --out y", "Give either --data or --task.\nSee: kedge fit --help\n")]
    [InlineData("fit --task x --out y --images z",
        "--images: for photos (--data) only; a task (--task) has its features already.\nSee: kedge fit --help\n")]
    [InlineData("fit --task x --out y --index a --shots 2 --seed 3 --template {} --views 2 --model m --cache c --no-cache",
        "--index, --shots, --seed, --template, --views, --model, --cache, --no-cache: for photos (--data) only; a task (--task) " +
            "has its features already.\nSee: kedge fit --help\n")]
    [InlineData("evaluate --classifier x --task y --images z --model m",
        "--images, --model: for photos (--data) only; a task (--task) has its features already.\nSee: kedge evaluate --help\n")]
    [InlineData("evaluate --classifier x --task y --split all",
        "--split is all: a task (--task) has test, validation and train, to be measured one at a time.\nSee: kedge evaluate --help\n")]
    [InlineData("compare --out y", "Give either --data or --task.\nSee: kedge compare --help\n")]
    [InlineData("compare --data x", "Option '--out' is required.\nSee: kedge compare --help\n")]
    [InlineData("compare --data x --out y --shots 1,0",
        "--shots is 1,0: it must be whole numbers from 1 with commas between them.\nSee: kedge compare --help\n")]
    [InlineData("compare --data x --out y --protocol zero", "--protocol is zero: it must be few-shot, base-to-new, cross-data-set, " +
        "domain-shift, vocabulary-free or continual.\nSee: kedge compare --help\n")]
    [InlineData("compare --data x --out y --parallel 0", "--parallel is 0: it must be at least 1.\nSee: kedge compare --help\n")]
    [InlineData("compare --task x --out y --root z",
        "--root: for photos (--data) only; a task (--task) has its features already.\nSee: kedge compare --help\n")]
    [InlineData("compare --data x --out y --seeds one",
        "--seeds is one: it must be whole numbers with commas between them.\nSee: kedge compare --help\n")]
    [InlineData("compare --data x y --out z --index-folder a",
        "--index-folder: for one data set (--data) only, as its files are of one.\nSee: kedge compare --help\n")]
    [InlineData("compare --task x --out y --shots 1 --model m",
        "--shots, --model: for photos (--data) only; a task (--task) has its features already.\nSee: kedge compare --help\n")]
    [InlineData("task --out y", "Option '--data' is required.\nSee: kedge task --help\n")]
    [InlineData("predict --classifier x", "Required argument 'path' missing for command: 'predict'.\nSee: kedge predict --help\n")]
    [InlineData("explain x.jpg", "Give either --classifier or --text.\nSee: kedge explain --help\n")]
    [InlineData("classify --classes a,b --top 0 x", "--top is 0: it must be at least 1.\nSee: kedge classify --help\n")]
    [InlineData("mine --data x --top 0", "--top is 0: it must be at least 1.\nSee: kedge mine --help\n")]
    [InlineData("pretrain --pairs x --descriptions y --arch z --out w --steps 5 --learning-rate 0",
        "--learning-rate is 0: it must be above 0.\nSee: kedge pretrain --help\n")]
    [InlineData("evaluate --classifier x --data y --split tests",
        "Argument 'tests' not recognized. Must be one of:\n\t'train'\n\t'validation'\n\t'test'\n\t'all'\nSee: kedge evaluate --help\n")]
    public void Wrong_usage_says_what_and_where_to_look(string arguments, string error)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.Equal(new CliRun(2, "", error), run with { Error = run.Error.ReplaceLineEndings("\n") });
    }
}
