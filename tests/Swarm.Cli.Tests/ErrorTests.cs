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
    [InlineData(2, "--tail: 'x' is not a number of lines", "logs", "web", "--tail", "x")]
    [InlineData(2, "--tail: '1.5' is not a number of lines", "logs", "web", "--tail", "1.5")]
    [InlineData(2, "not a duration", "services", "--timeout", "5x")]
    [InlineData(2, "not a node's address", "services", "--contact", "a b")]
    [InlineData(2, "/does/not/exist.yml:1:1: cannot read it", "deploy", "-f", "/does/not/exist.yml")]
    [InlineData(2, "/tmp:1:1: cannot read it: it is a folder", "deploy", "-f", "/tmp")]
    [InlineData(2, "/does/not/exist.tar: there is no such file", "image", "load", "/does/not/exist.tar")]
    [InlineData(3, "no node answered within 0.3 s: 127.0.0.1:1 refuses connections: is swarmd running there?; "
        + "127.0.0.1:2 refuses", "services", "--contact", "127.0.0.1:1,127.0.0.1:2", "--timeout", "300ms")]
    [InlineData(3, "no-such-host.invalid:4000: cannot resolve the name", "services", "--contact",
        "no-such-host.invalid")]
    [InlineData(3, "no-such-host.invalid:4000: cannot resolve the name", "services", "--contact",
        "127.0.0.1:1,no-such-host.invalid", "--timeout", "300ms")]
    [InlineData(2, "/tmp: is a folder", "image", "load", "/tmp")]
    [InlineData(3, "no node answered at /does/not/exist.sock: there is no such socket", "image", "ls", "--socket",
        "/does/not/exist.sock")]
    [InlineData(4, "there is no service gone", "inspect", "gone")]
    [InlineData(4, "there is no service gone", "ps", "gone")]
    [InlineData(4, "there is no service gone", "logs", "gone")]
    [InlineData(4, "there is no service gone", "wait", "gone")]
    [InlineData(4, "there is no service gone", "scale", "gone=2")]
    [InlineData(4, "there is no service gone", "rollback", "gone")]
    [InlineData(4, "there is no node x", "node", "inspect", "x")]
    [InlineData(2, "'n' may be any of b (n1), a (n2)", "node", "inspect", "n")]
    [InlineData(2, "nothing to change was given", "node", "update", "a")]
    [InlineData(2, "'zone' is not KEY=VALUE", "node", "update", "a", "--label-add", "zone")]
    [InlineData(2, "'away'", "node", "update", "a", "--availability", "away")]
    [InlineData(2, "are given together the first time", "node", "update", "a", "--reserve-cpu", "1")]
    [InlineData(2, "'x' is not a number of processors", "node", "update", "a", "--reserve-cpu", "x",
        "--reserve-memory", "1g")]
    [InlineData(2, "not both", "node", "update", "a", "--reserve-default", "--reserve-cpu", "1")]
    [InlineData(2, "--runs needs the name", "ps", "--runs")]
    [InlineData(2, "--tls-cert is not given", "services", "--tls-ca", "ca.crt")]
    [InlineData(2, "/does/not/exist.crt is no certificate of the authority", "services", "--tls-ca",
        "/does/not/exist.crt", "--tls-cert", "/does/not/exist.crt", "--tls-key", "/does/not/exist.key")]
    public async Task What_goes_wrong_is_told_by_the_exit_code_and_in_words(
        int code, string said, params string[] arguments)
    {
        var ran = await _line.RunAsync(arguments);

        Assert.Equal((code, ""), (ran.Code, ran.Out));
        Assert.StartsWith("swarm: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains(said, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_variable_for_TLS_is_as_none()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var usual = _line.Surroundings(output, error);
        var empty = ((string[])["SWARM_TLS_CA", "SWARM_TLS_CERT", "SWARM_TLS_KEY"]).ToDictionary(name => name, _ => "");

        var code = await Application.RunAsync(
            ["services"], usual with { Environment = usual.Environment.Concat(empty).ToDictionary() });

        Assert.Equal((ExitCode.Ok, ""), (code, $"{error}"));
    }

    [Fact]
    public async Task What_the_cluster_refuses_exits_with_5() =>
        Assert.Equal(
            new Ran(5, "", "swarm: the image refused is refused\n"), await _line.DeployAsync("two", "image: refused"));

    [Fact]
    public async Task What_listens_and_is_no_node_is_named()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var ran = await _line.RunAsync("services", "--contact", $"{listener.LocalEndpoint}", "--timeout", "300ms");

        Assert.Equal(ExitCode.Unreachable, ran.Code);
        Assert.Contains("takes connections, but it is no node", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_a_node_could_not_answer_in_time_says_why()
    {
        var ran = await _line.DeployAsync("slow", "image: late", "--timeout", "300ms");

        Assert.Equal(new Ran(3, "", "swarm: a node answers, but the journal cannot be reached\n"), ran);
    }

    [Fact]
    public async Task The_list_of_commands_shows_which_arguments_may_be_left_out()
    {
        var help = (await _line.RunAsync("--help")).Out;

        Assert.Contains("  ps [<SERVICE>]  ", help, StringComparison.Ordinal);
        Assert.Contains("  inspect <SERVICE>  ", help, StringComparison.Ordinal);
    }

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
    [InlineData("node", "ls")]
    [InlineData("node", "inspect")]
    [InlineData("node", "update")]
    [InlineData("rollback")]
    [InlineData("rebalance")]
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
