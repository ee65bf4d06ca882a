namespace Swarm.Cli.Tests;

public sealed class ErrorTests(FakeGateway gateway) : IClassFixture<FakeGateway>, IDisposable
{
    private readonly CommandLine _line = new(gateway);

    public void Dispose() => _line.Dispose();

    [Theory]
    [InlineData(2, "'nonsense'", "nonsense")]
    [InlineData(2, "there is no option --wide", "ps", "--wide")]
    [InlineData(2, "Try 'swarm image rm --help'", "image", "rm")]
    [InlineData(2, "SERVICE=N", "scale", "web")]
    [InlineData(2, "--tail must not be negative", "logs", "web", "--tail", "-1")]
    [InlineData(2, "not a duration", "services", "--timeout", "5x")]
    [InlineData(2, "not a node's address", "services", "--contact", "a b")]
    [InlineData(2, "/does/not/exist.yml:1:1: cannot read it", "deploy", "-f", "/does/not/exist.yml")]
    [InlineData(2, "/does/not/exist.tar: there is no such file", "image", "load", "/does/not/exist.tar")]
    [InlineData(3, "no node answered at 127.0.0.1:1 within 0.3 s: is swarmd running?", "services", "--contact",
        "127.0.0.1:1", "--timeout", "300ms")]
    [InlineData(2, "/tmp: is a folder", "image", "load", "/tmp")]
    [InlineData(3, "no node answered at /does/not/exist.sock: there is no such socket", "image", "ls", "--socket",
        "/does/not/exist.sock")]
    [InlineData(4, "there is no service gone", "inspect", "gone")]
    [InlineData(4, "there is no service gone", "ps", "gone")]
    [InlineData(4, "there is no service gone", "logs", "gone")]
    [InlineData(4, "there is no service gone", "wait", "gone")]
    [InlineData(4, "there is no service gone", "scale", "gone=2")]
    public async Task What_goes_wrong_is_told_by_the_exit_code_and_in_words(
        int code, string said, params string[] arguments)
    {
        var ran = await _line.RunAsync(arguments);

        Assert.Equal((code, ""), (ran.Code, ran.Out));
        Assert.StartsWith("swarm: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains(said, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_cluster_refuses_exits_with_5() =>
        Assert.Equal(
            new Ran(5, "", "swarm: the image refused is refused\n"), await _line.DeployAsync("two", "image: refused"));

    [Fact]
    public async Task Every_error_of_a_compose_file_is_told_with_its_place()
    {
        var file = _line.Write("services:\n  web:\n    image: a\n    build: .\n    tty: 1\n");
        var ran = await _line.RunAsync("deploy", "-f", file, "one");

        Assert.Equal(ExitCode.Usage, ran.Code);
        Assert.Contains($"swarm: {file}:4:5: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains($"swarm: {file}:5:10: ", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("completion")]
    [InlineData("import", "image")]
    public async Task A_group_of_commands_alone_shows_what_there_is(string said, params string[] group)
    {
        var ran = await _line.RunAsync(group);

        Assert.Equal((ExitCode.Usage, ""), (ran.Code, ran.Out));
        Assert.Contains(said, ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData()]
    [InlineData("deploy")]
    [InlineData("services")]
    [InlineData("ps")]
    [InlineData("inspect")]
    [InlineData("scale")]
    [InlineData("remove")]
    [InlineData("logs")]
    [InlineData("nodes")]
    [InlineData("wait")]
    [InlineData("image", "load")]
    [InlineData("image", "import")]
    [InlineData("image", "ls")]
    [InlineData("image", "rm")]
    [InlineData("completion")]
    public async Task Every_command_has_help_with_an_example(params string[] command)
    {
        var ran = await _line.RunAsync([.. command, "--help"]);

        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.Contains("Examples:\n", ran.Out, StringComparison.Ordinal);
        Assert.Contains(string.Join(' ', ["swarm", .. command]), ran.Out, StringComparison.Ordinal);
    }
}
