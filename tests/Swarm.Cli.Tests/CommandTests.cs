using System.Text.Json;

namespace Swarm.Cli.Tests;

public sealed class CommandTests(FakeGateway gateway) : IClassFixture<FakeGateway>, IDisposable
{
    private readonly CommandLine _line = new(gateway);

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_deployed_service_is_waited_for()
    {
        var deployed = await _line.DeployAsync("one", "image: hello");

        Assert.Equal(new Ran(0, "one_web: accepted, version 1\none_web: 1/1 running\n", ""), deployed);
    }

    [Fact]
    public async Task A_detached_deployment_does_not_wait()
    {
        var deployed = await _line.DeployAsync("two", "image: broken", "--detach");

        Assert.Equal(new Ran(0, "two_web: accepted, version 1\n", ""), deployed);
    }

    [Fact]
    public async Task A_service_that_does_not_come_up_fails_the_deployment_and_says_why()
    {
        var deployed = await _line.DeployAsync("three", "image: paused");

        Assert.Equal(
            (ExitCode.Failed,
                "swarm: three_web: 1/1 running, 1/1 updated, failed: the update is paused: a task failed\n"),
            (deployed.Code, deployed.Error));
    }

    [Fact]
    public async Task Logins_of_the_docker_command_go_along_when_they_are_asked_to_and_are_not_shown()
    {
        // "nobody:secret"
        _line.WriteLogins("""{"auths": {"https://index.docker.io/v1/": {"auth": "bm9ib2R5OnNlY3JldA=="}}}""");

        var without = await _line.DeployAsync("login", "image: a");
        var with = await _line.DeployAsync("login", "image: a", "--with-registry-auth");

        Assert.Equal(0, without.Code);
        Assert.Equal((ExitCode.Refused, "swarm: refused with credentials for docker.io\n"), (with.Code, with.Error));
    }

    [Fact]
    public async Task Logins_that_cannot_be_read_fail_the_deployment()
    {
        _line.WriteLogins("{");

        var deployed = await _line.DeployAsync("logins", "image: a", "--with-registry-auth");

        Assert.Equal(ExitCode.Failed, deployed.Code);
        Assert.Contains("config.json cannot be read", deployed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pruning_removes_the_services_that_a_stack_no_longer_has()
    {
        await _line.RunAsync("deploy", "-f", _line.Write("services: {web: {image: a}, old: {image: a}}"), "four");
        var pruned = await _line.DeployAsync("four", "image: a", "--prune");

        Assert.Contains("four_old: removed\n", pruned.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, (await _line.RunAsync("inspect", "four_old")).Code);
    }

    [Fact]
    public async Task Removing_a_stack_removes_each_of_its_services()
    {
        await _line.DeployAsync("five", "image: a");

        Assert.Equal(new Ran(0, "five_web: removed (of the stack five)\n", ""), await _line.RunAsync("remove", "five"));
        Assert.Equal(ExitCode.NotFound, (await _line.RunAsync("remove", "five")).Code);
    }

    [Fact]
    public async Task A_scaled_service_is_waited_for()
    {
        await _line.DeployAsync("six", "image: a");

        Assert.Equal(
            new Ran(0, "six_web: 3 replicas\nsix_web: 3/3 running\n", ""), await _line.RunAsync("scale", "six_web=3"));
        Assert.Equal(
            new Ran(0, "six_web: 2 replicas\n", ""), await _line.RunAsync("scale", "six_web=2", "--detach"));
    }

    [Fact]
    public async Task Replicas_that_do_not_come_up_fail_the_scaling_and_are_named()
    {
        await _line.DeployAsync("short", "image: broken", "--detach");

        var scaled = await _line.RunAsync("scale", "short_web=1", "--wait-limit", "3s", "--json");

        Assert.Equal(ExitCode.Failed, scaled.Code);
        Assert.Contains("short_web: 0/1: no node has 1 GiB left", scaled.Error, StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(scaled.Out).RootElement[0].GetProperty("failed").GetBoolean());
    }

    [Fact]
    public async Task Waiting_for_a_job_exits_as_the_job_did()
    {
        await _line.DeployAsync("jobs", "image: hello, deploy: {mode: replicated-job}", "--detach");
        var waited = await _line.RunAsync("wait", "jobs_web", "--json");

        Assert.Equal(7, waited.Code);
        var answer = JsonDocument.Parse(waited.Out).RootElement;
        Assert.Equal(
            ("failed", 7), (answer.GetProperty("outcome").GetString(), answer.GetProperty("exitCode").GetInt32()));
    }

    [Fact]
    public async Task Waiting_longer_than_allowed_fails()
    {
        await _line.DeployAsync("seven", "image: broken", "--detach");
        var waited = await _line.RunAsync("wait", "seven_web", "--wait-limit", "3s");

        Assert.Equal(new Ran(1, "seven_web: 0/1: no node has 1 GiB left\n", "swarm: the time is up\n"), waited);
    }

    [Fact]
    public async Task Logs_are_read_page_by_page_to_their_end()
    {
        await _line.DeployAsync("eight", "image: a");

        Assert.Equal(new Ran(0, "1| one\n1| two\n", ""), await _line.RunAsync("logs", "eight_web"));
    }

    [Fact]
    public async Task Following_logs_goes_on_until_it_is_interrupted()
    {
        await _line.DeployAsync("nine", "image: a");
        using var interrupt = new CancellationTokenSource();
        var output = new InterruptingWriter(interrupt, after: "1| two");

        var code = await Application.RunAsync(
            ["logs", "-f", "nine_web"], _line.Surroundings(output, TextWriter.Null), interrupt.Token);

        Assert.Equal((ExitCode.Interrupted, "1| one\n1| two\n"), (code, output.ToString()));
    }
}
