using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Api.Containers;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

public sealed class ContainerRouteTests
{
    private static readonly Digest Box = Digest.Of("box"u8);

    [Fact]
    public async Task What_is_asked_for_goes_over_what_the_image_says()
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Add("box"u8, "box:1");
        node.Store.Configuration = new ImageConfiguration
        {
            Entrypoint = ["/entry"],
            Command = ["serve"],
            ExposedPorts = ["80/tcp", "5060/sctp"],
            HealthCheck = new HealthCheck(["CMD", "probe"]) { Interval = TimeSpan.FromSeconds(7), Retries = 9 },
        };

        var answer = await node.Client.PostAsync("/containers/create?name=one", Json("""
            {"Image":"box:1","Entrypoint":[],"Healthcheck":{"Interval":1000000000},
             "HostConfig":{"PublishAllPorts":true}}
            """));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var spec = Assert.Single(node.Asked.OfType<CreateStandalone>()).Definition.Spec;
        Assert.Equal((80, 0), (Assert.Single(spec.Ports).ContainerPort, spec.Ports[0].HostPort));
        Assert.Equal("serve", Assert.Single(spec.Command!.Value));
        Assert.Empty(spec.Entrypoint!.Value);
        Assert.Equal(("probe", 1, 9), (
            spec.HealthCheck!.Test[^1], (int)spec.HealthCheck.Interval.TotalSeconds, spec.HealthCheck.Retries));
    }

    [Fact]
    public async Task A_prune_goes_on_where_others_were_quicker()
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Containers.AddRange(
            "abc".Select(letter => Of(letter, "box:1", Box) with { Phase = ContainerPhase.Created }));
        node.Answer = command => command switch
        {
            RemoveByHand { Id.Value: ['a', ..] } => new StandaloneAnswer.Refused(ContainerFault.NotFound, "gone"),
            RemoveByHand { Id.Value: ['b', ..] } => new StandaloneAnswer.Refused(ContainerFault.Conflict, "runs"),
            _ => new StandaloneAnswer.Done(Changed: true),
        };

        var answer = await node.Client.PostAsync("/containers/prune", null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var pruned = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(Id('c').Value, Assert.Single(pruned["ContainersDeleted"]!.AsArray())!.GetValue<string>());
        Assert.Equal(7, pruned["SpaceReclaimed"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("containers")]
    [InlineData("networks")]
    public async Task A_prune_until_no_time_is_refused_also_where_there_is_nothing_to_prune(string what)
    {
        await using var node = await ServedNode.StartAsync();

        var answer = await node.Client.PostAsync($"/{what}/prune?filters={{\"until\":[\"abc\"]}}", null);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotNull(answer.Content.Headers.ContentLength); // what comes in chunks is a stream for some clients
        Assert.Contains("abc", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_is_shown_with_the_name_of_its_image_while_that_means_it()
    {
        await using var node = await ServedNode.StartAsync();
        var former = node.Store.Add("former"u8, "app:1");
        var child = node.Store.Add("child"u8, "child:1");
        node.Store.Parents[child] = former;
        node.Engine.Containers.AddRange([Of('a', "app:1", former), Of('b', "child:1", child)]);

        Assert.Equal("app:1 child:1", await ImagesAsync(node, ""));
        Assert.Equal("app:1 child:1", await ImagesAsync(node, "app:1"));
        Assert.Equal("child:1", await ImagesAsync(node, "child:1"));

        node.Store.Add("latter"u8, "app:1");

        Assert.Equal($"{former} child:1", await ImagesAsync(node, ""));
        Assert.Equal("", await ImagesAsync(node, "app:1"));
        Assert.Equal($"{former} child:1", await ImagesAsync(node, former.Value));
        Assert.Equal("", await ImagesAsync(node, "nosuch:1"));
    }

    [Fact]
    public async Task A_container_made_by_the_beginning_of_an_id_that_several_have_by_now_keeps_nobody_from_the_list()
    {
        await using var node = await ServedNode.StartAsync();
        var image = node.Store.Add("one"u8, "app:1");
        node.Engine.Containers.AddRange([Of('a', "4f", image), Of('b', "app:1", image)]);

        node.Store.Ambiguous.Add("4f");

        Assert.Equal($"{image} app:1", await ImagesAsync(node, ""));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("5000000")]
    [InlineData("2147483647")]
    public async Task Whatever_time_a_container_is_given_to_stop_is_waited_for(string seconds)
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Containers.Add(Of('a', "box:1", Box));

        var answer = await node.Client.PostAsync($"/containers/{Id('a')}/stop?t={seconds}", null);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(
            int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture),
            Assert.Single(node.Asked.OfType<StopByHand>()).Grace!.Value.TotalSeconds);
    }

    [Theory]
    [InlineData("", "/b /a /b/store /c")]
    [InlineData("\"name\":[\"store\"]", "")]
    [InlineData("\"name\":[\"a\"]", "/a /b/store")]
    [InlineData("\"name\":[\"[\"]", "")]
    [InlineData("\"since\":[\"b/store\"]", "/b")]
    [InlineData("\"before\":[\"/b\"]", "/a /b/store /c")]
    public async Task A_container_has_the_names_by_which_others_are_linked_to_it(string filter, string names)
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Containers.AddRange(
        [
            Linked(Of('b', "box:1", Box), "bridge", "store") with { CreatedAt = DateTimeOffset.UnixEpoch.AddHours(1) },
            Of('a', "box:1", Box) with { CreatedAt = DateTimeOffset.UnixEpoch },
            Linked(Of('c', "box:1", Box), "own", "other"),
        ]);

        var list = JsonNode.Parse(await node.Client.GetStringAsync(
            $"/containers/json?filters={Uri.EscapeDataString($"{{{filter}}}")}"))!.AsArray();

        Assert.Equal(names, string.Join(' ', list.SelectMany(container => container!["Names"]!.AsArray())));
    }

    [Theory]
    [InlineData("localhost:5000/app", 1)]
    [InlineData("localhost:5000/app:1", 1)]
    [InlineData("localhost", 0)]
    [InlineData("app", 0)]
    public async Task Events_are_found_by_the_image_with_and_without_its_tag(string image, int count)
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Events.Publish(Of('a', "localhost:5000/app:1", Box), "start");
        var now = DateTimeOffset.UtcNow;
        var until = $"{now.ToUnixTimeSeconds()}.{now.Ticks % TimeSpan.TicksPerSecond:D7}00";

        var filters = Uri.EscapeDataString($$"""{"image":["{{image}}"]}""");
        var told = await node.Client.GetStringAsync($"/events?since=1&until={until}&filters={filters}");

        Assert.Equal(count, told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_log_that_is_followed_until_a_time_ends_then_though_nothing_is_written()
    {
        var engine = new FakeContainerEngine();
        engine.Containers.Add(Of('a', "box:1", Box));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var wanted = new WantedLog(Output: true, Error: true) { Follow = true, Until = DateTimeOffset.UtcNow };

        await new LogWriting(engine, TimeProvider.System).WriteAsync(
            Stream.Null, Id('a'), new SilentLog(), wanted, patience.Token, patience.Token);

        Assert.False(patience.IsCancellationRequested);
    }

    [Theory]
    [InlineData("^proj_", "proj_a proj_b")]
    [InlineData("_a", "my_proj_a proj_a")]
    [InlineData("proj_(a|c)$", "my_proj_a proj_a")]
    public async Task Volumes_are_found_by_an_expression_of_their_names(string wanted, string expected)
    {
        await using var node = await ServedNode.StartAsync();
        foreach (var name in (string[])["my_proj_a", "proj_a", "proj_b"])
            await node.Engine.Volumes.CreateAsync(new(name), default);

        var filters = Uri.EscapeDataString($$"""{"name":["{{wanted}}"]}""");
        var found = JsonNode.Parse(await node.Client.GetStringAsync($"/volumes?filters={filters}"))!;

        Assert.Equal(expected, string.Join(
            ' ', found["Volumes"]!.AsArray().Select(volume => volume!["Name"]!.GetValue<string>())));
    }

    [Fact]
    public async Task A_program_is_left_by_the_keys_that_were_asked_for()
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Containers.Add(Of('a', "box:1", Box));
        var created = await node.Client.PostAsync($"/containers/{Id('a')}/exec", Json(
            """{"Cmd":["sh"],"Tty":true,"AttachStdin":true,"DetachKeys":"ctrl-a,b"}"""));
        var exec = JsonNode.Parse(await created.Content.ReadAsStringAsync())!["Id"]!.GetValue<string>();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(node.Socket));

        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /exec/{exec}/start HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n"
            + "Content-Length: 2\r\n\r\n{}"));
        await TakingServer.ReadAsync(client.ReceiveAsync, TakingServer.HeadEnd);
        await client.SendAsync("typed\u0010\u0011\u0001b"u8.ToArray());

        Assert.Equal("", await TakingServer.ReadAsync(client.ReceiveAsync, null));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.Equal("typed\u0010\u0011", await node.Engine.Programs.Console.ReadInputAsync(7, patience.Token));
        var shown = JsonNode.Parse(await node.Client.GetStringAsync($"/exec/{exec}/json"))!;
        Assert.Equal([1, (byte)'b'], Convert.FromBase64String(shown["DetachKeys"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Keys_that_there_are_not_are_refused_when_a_program_is_made()
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Containers.Add(Of('a', "box:1", Box));

        var refused = await node.Client.PostAsync(
            $"/containers/{Id('a')}/exec", Json("""{"Cmd":["sh"],"DetachKeys":"ctrl-1"}"""));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Invalid detach keys", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_there_are_not_are_refused_where_there_is_no_terminal_too()
    {
        await using var node = await ServedNode.StartAsync();
        node.Engine.Containers.Add(Of('a', "box:1", Box));

        var refused = await node.Client.PostAsync(
            $"/containers/{Id('a')}/attach?stream=1&stdout=1&detachKeys=ctrl-1", null);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Invalid detach keys", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private sealed class SilentLog : IContainerLog
    {
        public Task<LogPage> ReadAsync(string? position, int? tail, int maxBytes, CancellationToken cancellation) =>
            Task.FromResult(new LogPage([], "1:0", More: false));

        public void Dispose()
        {
        }
    }

    private static async Task<string> ImagesAsync(ServedNode node, string ancestor)
    {
        var filters = ancestor.Length == 0 ? "" : Uri.EscapeDataString($$"""{"ancestor":["{{ancestor}}"]}""");
        var list = JsonNode.Parse(await node.Client.GetStringAsync($"/containers/json?filters={filters}"))!.AsArray();
        return string.Join(' ', list.Select(container => container!["Image"]!.GetValue<string>()));
    }

    private static ContainerState Linked(ContainerState owner, string network, string alias) => owner with
    {
        Definition = owner.Definition with
        {
            Spec = owner.Definition.Spec with
            {
                Endpoints = [new EndpointSpec(network)],
                Links = [new LinkSpec(Id('a').Value, alias)],
            },
        },
    };

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static ContainerId Id(char letter) => new(new string(letter, 64));

    private static ContainerState Of(char letter, string image, Digest id) => new(
        new ContainerDefinition(Id(letter), $"{letter}", new ContainerSpec { Image = image }), ContainerPhase.Running)
    {
        ImageId = id,
    };
}
