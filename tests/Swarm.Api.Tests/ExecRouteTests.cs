using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

public sealed class ExecRouteTests : IAsyncLifetime
{
    private ServedNode _node = null!; // set before each test

    private static ContainerId Container => new(new string('a', 64));

    public async Task InitializeAsync()
    {
        _node = await ServedNode.StartAsync();
        _node.Engine.Containers.Add(new ContainerState(
            new ContainerDefinition(Container, "a", new ContainerSpec { Image = "box" }), ContainerPhase.Running));
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData("", ",\"ConsoleSize\":[21,77]", "", 21, 77)]
    [InlineData("", ",\"ConsoleSize\":[21,77]", ",\"ConsoleSize\":[22,78]", 22, 78)]
    [InlineData("/v1.42", "", ",\"ConsoleSize\":[22,78]", 22, 78)]
    [InlineData("/v1.42", ",\"ConsoleSize\":[21,77]", ",\"ConsoleSize\":null", 21, 77)]
    [InlineData("/v1.42", ",\"ConsoleSize\":[0,0]", ",\"ConsoleSize\":[0,0]", 0, 0)]
    [InlineData("/v1.41", ",\"ConsoleSize\":[21,77]", ",\"ConsoleSize\":[22,78]", 0, 0)]
    [InlineData("/v1.41", ",\"consoleSize\":[21,77]", ",\"consolesize\":[22,78]", 0, 0)]
    [InlineData("", "", "", 0, 0)]
    public async Task A_terminal_has_the_clients_size_from_the_start(
        string version, string created, string started, int rows, int columns)
    {
        foreach (var detach in (string[])["true", "false"])
        {
            var exec = await CreateAsync(version, $$"""{"Cmd":["sh"],"Tty":true{{created}}}""");
            _node.Engine.Programs.Console.End();

            await _node.Client.PostAsync(
                $"{version}/exec/{exec}/start", Json($$"""{"Detach":{{detach}},"Tty":true{{started}}}"""));

            Assert.Equal(rows == 0 ? null : new ConsoleSize(rows, columns), _node.Engine.Programs.Size);
        }
    }

    [Theory]
    [InlineData("[21]")]
    [InlineData("[-1,5]")]
    [InlineData("[70000,5]")]
    [InlineData("\"large\"")]
    public async Task What_is_no_size_is_refused(string size)
    {
        var refused = await _node.Client.PostAsync(
            $"/containers/{Container}/exec", Json($$"""{"Cmd":["sh"],"Tty":true,"ConsoleSize":{{size}}}"""));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            "ConsoleSize must be a height and a width", await refused.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task One_whose_container_has_ended_is_refused_before_a_client_takes_the_answer_for_its_output(
        string detach)
    {
        var exec = await CreateAsync("", """{"Cmd":["sh"]}""");
        _node.Engine.Programs.Refusal = new ContainerException(
            ContainerFault.WrongPhase, "container aaaaaaaaaaaa is not running");

        var refused = await _node.Client.PostAsync($"/exec/{exec}/start", Json($$"""{"Detach":{{detach}}}"""));

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(
            "{\"message\":\"container aaaaaaaaaaaa is not running\"}\n", await refused.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("POST", "exec")]
    [InlineData("POST", "pause")]
    [InlineData("GET", "top")]
    public async Task What_needs_one_that_runs_says_that_it_waits_for_its_restart(string method, string what)
    {
        _node.Engine.Containers[0] = _node.Engine.Containers[0] with { Phase = ContainerPhase.Ended };
        _node.Status = ContainerStatus.BackingOff;

        using var request = new HttpRequestMessage(new HttpMethod(method), $"/containers/a/{what}");
        request.Content = Json("""{"Cmd":["sh"]}""");
        var refused = await _node.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(
            $"{{\"message\":\"Container {Container.Value} is restarting, wait until the container is running\"}}\n",
            await refused.Content.ReadAsStringAsync());
    }

    private async Task<string> CreateAsync(string version, string body)
    {
        var created = await _node.Client.PostAsync($"{version}/containers/{Container}/exec", Json(body));
        return JsonNode.Parse(await created.Content.ReadAsStringAsync())!["Id"]!.GetValue<string>();
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
