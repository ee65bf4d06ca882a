using System.Text.Json;

namespace Swarm.Cli.Tests;

public sealed class ListTests(FakeGateway gateway) : IClassFixture<FakeGateway>, IDisposable
{
    private readonly CommandLine _line = new(gateway);

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task Lists_that_come_in_pages_are_shown_whole()
    {
        foreach (var stack in (string[])["la", "lb", "lc"]) await _line.DeployAsync(stack, "image: a", "--detach");

        var services = Json(await _line.RunAsync("services", "--json"));
        var nodes = Json(await _line.RunAsync("nodes", "--json"));

        Assert.Equal(["la_web", "lb_web", "lc_web"], services.Where(name => name?.StartsWith('l') == true));
        Assert.Equal(["a", "b"], nodes);
    }

    [Fact]
    public async Task All_tasks_of_a_service_are_listed_however_many_pages_they_take()
    {
        await _line.DeployAsync("many", "image: a, deploy: {replicas: 40}", "--detach");

        var tasks = (await _line.RunAsync("ps", "many_web")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(41, tasks.Length);
        Assert.StartsWith("many_web.40 ", tasks[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_are_listed_with_their_ports()
    {
        await _line.DeployAsync("ports", "image: hello, ports: [\"8080:80\"]", "--detach");
        var listed = await _line.RunAsync("services");

        Assert.Contains(
            "ports_web  ports  replicated  1/1      hello  *:8080->80/tcp\n", listed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_is_listed_by_name_with_container_node_states_and_where_it_is_reached()
    {
        await _line.DeployAsync("ps", "image: a, ports: [\"9000:90\"]", "--detach");
        var rows = (await _line.RunAsync("ps", "ps_web")).Out.Split('\n');

        Assert.Matches("^NAME +CONTAINER +NODE +DESIRED +STATE +REASON +ADDRESS +PORTS$", rows[0]);
        Assert.Matches(
            "^ps_web.1 +[0-9a-f]{12} +b +running +running .*, 2 restarts +10.0.0.2 "
                + "+\\*:8080->80/tcp, \\*:9000->90/tcp$",
            rows[1]);
    }

    [Fact]
    public async Task A_task_that_has_no_place_says_why()
    {
        await _line.DeployAsync("noplace", "image: broken", "--detach");

        Assert.Contains(
            "no node has 1 GiB left", (await _line.RunAsync("ps", "noplace_web")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspecting_shows_the_specification_and_all_tasks_in_json()
    {
        await _line.DeployAsync(
            "seen", "image: hello, deploy: {replicas: 3, update_config: {order: start-first}}", "--detach");
        var answer = JsonDocument.Parse((await _line.RunAsync("inspect", "seen_web")).Out).RootElement;

        Assert.Equal("hello", answer.GetProperty("spec").GetProperty("container").GetProperty("image").GetString());
        Assert.Equal(3, answer.GetProperty("tasks").GetArrayLength());
        Assert.Equal("b", answer.GetProperty("tasks")[0].GetProperty("nodeName").GetString());
        Assert.Equal(
            "start-first", answer.GetProperty("spec").GetProperty("updatePolicy").GetProperty("order").GetString());
    }

    private static IEnumerable<string?> Json(Ran ran) =>
        JsonDocument.Parse(ran.Out).RootElement.EnumerateArray().Select(one => one.GetProperty("name").GetString());
}
