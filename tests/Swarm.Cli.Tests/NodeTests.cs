using System.Text.Json;

namespace Swarm.Cli.Tests;

/// <summary>Commands about nodes and where tasks run.</summary>
public sealed class NodeTests(FakeGateway gateway) : IClassFixture<FakeGateway>, IDisposable
{
    private readonly CommandLine _line = new(gateway);

    public void Dispose() => _line.Dispose();

    [Theory]
    [InlineData("n1")]
    [InlineData("b")]
    public async Task A_node_is_found_by_its_id_or_its_name(string node)
    {
        var inspected = JsonDocument.Parse((await _line.RunAsync("node", "inspect", node)).Out).RootElement;

        Assert.Equal("n1", inspected.GetProperty("id").GetString());
        Assert.Equal("1970-01-01T00:00:00.0000000Z", inspected.GetProperty("registeredAt").GetString());
    }

    [Fact]
    public async Task What_operators_set_for_a_node_is_changed()
    {
        var drained = await _line.RunAsync("node", "update", "a", "--availability", "drain",
            "--label-add", "zone=a", "--label-add", "rack=1", "--reserve-cpu", "0.5", "--reserve-memory", "512m");
        var labelled = await _line.RunAsync("node", "update", "a", "--label-rm", "rack", "--json");

        Assert.Equal(
            new Ran(0, "a: drain, rack=1, zone=a, reserved 0.5 CPUs and 512 MiB\n", ""), drained);
        var node = JsonDocument.Parse(labelled.Out).RootElement;
        Assert.Equal("drain", node.GetProperty("availability").GetString());
        Assert.Equal("""{"zone":"a"}""", JsonSerializer.Serialize(node.GetProperty("labels")));
        Assert.Equal(500, node.GetProperty("systemReserved").GetProperty("milliCpu").GetInt64());
        Assert.Equal(
            "a: drain, zone=a\n", (await _line.RunAsync("node", "update", "a", "--reserve-default")).Out);
    }

    [Fact]
    public async Task A_drained_node_shows_what_is_still_on_it()
    {
        await _line.DeployAsync("stays", "image: a");
        await _line.RunAsync("node", "update", "a", "--availability", "drain");

        var node = JsonDocument.Parse((await _line.RunAsync("node", "inspect", "n1")).Out).RootElement;

        Assert.Contains(
            node.GetProperty("staying").EnumerateArray(),
            task => task.GetProperty("service").GetString() == "stays_web");
    }

    [Fact]
    public async Task A_node_that_does_not_come_back_is_removed()
    {
        Assert.Equal(new Ran(0, "a: removed\n", ""), await _line.RunAsync("node", "remove", "a"));
        Assert.Contains("\"id\": \"n2\"", (await _line.RunAsync("node", "rm", "a", "--json")).Out,
            StringComparison.Ordinal);
        Assert.Equal(new Ran(5, "", "swarm: node b is in the cluster\n"), await _line.RunAsync("node", "rm", "b"));
        Assert.Equal(new Ran(4, "", "swarm: there is no node c\n"), await _line.RunAsync("node", "rm", "c"));
    }

    [Fact]
    public async Task Nodes_are_listed_by_both_names_of_the_command() =>
        Assert.Equal((await _line.RunAsync("nodes")).Out, (await _line.RunAsync("node", "ls")).Out);

    [Fact]
    public async Task A_rebalance_shows_what_it_moves()
    {
        var moves = await _line.RunAsync("rebalance", "--dry-run");

        Assert.Equal(0, moves.Code);
        Assert.Contains("web      w.1   b     a   load\n1 to move\n", moves.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rebalance_tells_programs_the_same()
    {
        var plan = JsonDocument.Parse((await _line.RunAsync("rebalance", "--json")).Out).RootElement;

        Assert.False(plan.GetProperty("dryRun").GetBoolean());
        Assert.Equal("a", plan.GetProperty("moves")[0].GetProperty("toName").GetString());
    }

    [Fact]
    public async Task A_pool_that_is_even_stays_as_it_is() =>
        Assert.Equal(
            new Ran(0, "nothing to move: it is even\n", ""), await _line.RunAsync("rebalance", "--pool", "even"));

    [Fact]
    public async Task A_rollback_is_waited_for()
    {
        await _line.DeployAsync("back", "image: a");

        Assert.Equal(
            new Ran(0, "back_web: rolling back, version 3\nback_web: 1/1 running\n", ""),
            await _line.RunAsync("rollback", "back_web"));
    }

    [Fact]
    public async Task The_runs_of_a_periodic_job_are_listed()
    {
        await _line.DeployAsync(
            "runs", "image: a, deploy: {mode: replicated-job}, x-swarm: {job: {schedule: '0 * * * *'}}", "--detach");
        var runs = (await _line.RunAsync("ps", "runs_web", "--runs")).Out;

        Assert.Contains(
            "4    1970-01-01T00:00:00Z  ended after 9 s  7     out of luck\n", runs, StringComparison.Ordinal);
        Assert.EndsWith("next run: 1970-01-01T01:00:00Z\n", runs, StringComparison.Ordinal);
        Assert.Equal(7, (await _line.RunAsync("wait", "runs_web")).Code);
    }

    [Fact]
    public async Task What_is_not_periodic_has_no_runs()
    {
        await _line.DeployAsync("once", "image: a, deploy: {mode: replicated-job}", "--detach");

        Assert.Equal(ExitCode.Usage, (await _line.RunAsync("ps", "once_web", "--runs")).Code);
    }

    [Fact]
    public async Task Modes_are_listed_as_compose_files_name_them()
    {
        await _line.DeployAsync("everywhere", "image: a, deploy: {mode: global}", "--detach");

        Assert.Matches("everywhere_web +everywhere +global +1/1", (await _line.RunAsync("services")).Out);
    }
}
