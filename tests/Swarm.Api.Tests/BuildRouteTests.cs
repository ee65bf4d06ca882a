using System.Net;
using Swarm.Runtime.Builds;

namespace Swarm.Api.Tests;

public sealed class BuildRouteTests
{
    private static readonly string Short = FakeImageBuilder.Built.Hex[..12];

    [Fact]
    public async Task What_is_asked_for_is_read_and_the_context_is_given()
    {
        await using var node = await ServedNode.StartAsync();

        using var answer = await PostAsync(
            node,
            "dockerfile=d/Dockerfile&target=one&nocache=1&pull=1&platform=linux%2Famd64&networkmode=host&memory=8388608"
            + "&cpuperiod=100000&cpuquota=50000&shmsize=4096&extrahosts=a%3A1.2.3.4&extrahosts=b%3A1.2.3.5"
            + "&buildargs=%7B%22A%22%3A%221%22%2C%22B%22%3Anull%7D&labels=%7B%22l%22%3A%22v%22%7D", "context");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var asked = node.Builder.Asked!;
        Assert.Equal(
            ("d/Dockerfile", "one", true, true, "linux/amd64"),
            (asked.Dockerfile, asked.Target, asked.NoCache, asked.Pull, asked.Platform));
        Assert.Equal(("1", null), (asked.Arguments["A"], asked.Arguments["B"]));
        Assert.Equal("v", asked.Labels["l"]);
        Assert.Equal(Core.Containers.NetworkMode.Host, asked.Running.NetworkMode);
        Assert.Equal((8388608, 500), (asked.Running.Limits.Memory.Value, asked.Running.Limits.Cpu.Value));
        Assert.Equal(["a:1.2.3.4", "b:1.2.3.5"], asked.Running.ExtraHosts.AsEnumerable());
        Assert.Equal(7, node.Builder.ContextBytes);
    }

    [Fact]
    public async Task Output_is_told_line_by_line_in_the_words_that_clients_look_for()
    {
        await using var node = await ServedNode.StartAsync();
        node.Builder.Work = async (output, token) =>
        {
            await output.WriteAsync("Step 1/1 : FROM scratch\n", token);
            await output.WriteErrorAsync("bad", token);
            await output.TellImageAsync(FakeImageBuilder.Built, token);
        };

        using var answer = await PostAsync(node, "");

        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            [
                """{"stream":"Step 1/1 : FROM scratch\n"}""",
                """{"stream":"\u001B[91mbad\u001B[0m"}""",
                $$$"""{"aux":{"ID":"{{{FakeImageBuilder.Built}}}"}}""",
                $$"""{"stream":"Successfully built {{Short}}\n"}""",
            ],
            await LinesAsync(answer));
    }

    [Fact]
    public async Task A_quiet_build_tells_its_image_and_all_when_it_fails()
    {
        await using var node = await ServedNode.StartAsync();
        using var good = await PostAsync(node, "q=1");
        node.Builder.Work = async (output, token) =>
        {
            await output.WriteAsync("Step 1/2 : RUN false\n", token);
            throw new BuildException("The command '/bin/sh -c false' returned a non-zero code: 1", exitCode: 1);
        };
        using var bad = await PostAsync(node, "q=1");

        Assert.Equal([$$"""{"stream":"{{FakeImageBuilder.Built}}\n"}"""], await LinesAsync(good));
        Assert.Equal(
            [
                """{"stream":"Step 1/2 : RUN false\n"}""",
                "{\"errorDetail\":{\"message\":\"The command '/bin/sh -c false' returned a non-zero code: 1\","
                + "\"code\":1},"
                + "\"error\":\"The command '/bin/sh -c false' returned a non-zero code: 1\"}",
            ],
            await LinesAsync(bad));
    }

    [Fact]
    public async Task A_name_that_a_build_gives_is_an_event()
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Add("built"u8, "base:1");

        using var answer = await PostAsync(node, "t=made%3A1");

        Assert.Contains("""{"stream":"Successfully tagged made:1\n"}""", await LinesAsync(answer));
        using var listening = node.Engine.Events.Listen();
        var told = Assert.Single(listening.Former, happened => happened.Kind == "image");
        Assert.Equal(("tag", "made:1"), (told.Action, told.Attributes["name"]));
    }

    [Fact]
    public async Task What_is_wrong_before_the_first_step_is_told_by_the_status()
    {
        await using var node = await ServedNode.StartAsync();
        node.Builder.Work = (_, _) => throw new BuildException(
            "dockerfile parse error line 3: unknown instruction: FOO", isInvalid: true);

        using var answer = await PostAsync(node, "");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            """{"message":"dockerfile parse error line 3: unknown instruction: FOO"}""",
            (await answer.Content.ReadAsStringAsync()).Trim());
    }

    [Theory]
    [InlineData("version=2", 501, "BuildKit")]
    [InlineData("remote=https%3A%2F%2Fexample.org%2Fx.git", 501, "https://example.org/x.git")]
    [InlineData("squash=1", 501, "squash")]
    [InlineData("dockerfile=a%00b", 400, "dockerfile: a path has no zero byte")]
    [InlineData("securityopt=seccomp%3Dx", 501, "security-opt")]
    [InlineData("t=UPPER", 400, "repository name (library/UPPER) must be lowercase")]
    [InlineData("t=a%40sha256%3A0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 400, "digest")]
    [InlineData("memory=much", 400, "invalid value of memory: much")]
    [InlineData("buildargs=%5B1%5D", 400, "invalid value of buildargs")]
    [InlineData("buildargs=%7B%22a%22%3A1%7D", 400, "invalid value of buildargs")]
    [InlineData("buildargs=%7B%22a%22%3A%22%5Cu0000%22%7D", 400, "buildargs.a has a byte of zero in its text")]
    [InlineData("labels=%7B%22%5Cu0000%22%3A%22%22%7D", 400, "has a byte of zero in its text")]
    [InlineData("labels=x", 400, "invalid value of labels")]
    public async Task What_is_not_supported_or_wrong_is_refused_by_name(string query, int status, string message)
    {
        await using var node = await ServedNode.StartAsync();

        using var answer = await PostAsync(node, query);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(message, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(node.Builder.Asked);
    }

    [Fact]
    public async Task What_is_kept_of_builds_is_removed_as_asked()
    {
        await using var node = await ServedNode.StartAsync();

        using var answer = await node.Client.PostAsync(
            new Uri("build/prune?all=true&filters=%7B%22until%22%3A%5B%2210%22%5D%7D", UriKind.Relative), null);
        using var refused = await node.Client.PostAsync(
            new Uri("build/prune?min-free-space=1", UriKind.Relative), null);

        Assert.Equal(
            $$"""{"CachesDeleted":["{{FakeImageBuilder.Built}}"],"SpaceReclaimed":42}""",
            (await answer.Content.ReadAsStringAsync()).Trim());
        Assert.Equal((true, DateTimeOffset.FromUnixTimeSeconds(10), 0), node.Builder.Pruned);
        Assert.Equal(HttpStatusCode.NotImplemented, refused.StatusCode);
    }

    [Theory]
    [InlineData("keep-storage=1000", 1000)]
    [InlineData("reserved-space=1000&max-used-space=500", 1000)]
    [InlineData("reserved-space=0&max-used-space=500&min-free-space=0", 500)]
    public async Task So_much_of_builds_may_stay_as_is_said(string query, long kept)
    {
        await using var node = await ServedNode.StartAsync();

        using var answer = await node.Client.PostAsync(new Uri("build/prune?" + query, UriKind.Relative), null);
        using var wrong = await node.Client.PostAsync(
            new Uri("build/prune?keep-storage=much", UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((false, null, kept), node.Builder.Pruned);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task Nothing_that_is_kept_of_builds_has_a_label()
    {
        await using var node = await ServedNode.StartAsync();

        using var answer = await node.Client.PostAsync(
            new Uri("build/prune?filters=" + Uri.EscapeDataString("""{"label":["a"]}"""), UriKind.Relative), null);

        Assert.Equal(
            """{"CachesDeleted":[],"SpaceReclaimed":0}""", (await answer.Content.ReadAsStringAsync()).Trim());
        Assert.Null(node.Builder.Pruned);
    }

    private static Task<HttpResponseMessage> PostAsync(ServedNode node, string query, string context = "") =>
        node.Client.PostAsync(new Uri("v1.41/build?" + query, UriKind.Relative), new StringContent(context));

    private static async Task<string[]> LinesAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
