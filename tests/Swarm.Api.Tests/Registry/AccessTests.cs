using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Swarm.Api.Registry.Access;

namespace Swarm.Api.Tests.Registry;

/// <summary>Who may do what, by passwords and by tokens.</summary>
public sealed class AccessTests
{
    private const string Password = "secret";

    [Fact]
    public async Task Who_shows_nothing_is_told_where_tokens_are_given()
    {
        await using var node = await ServedRegistry.StartAsync(ServedRegistry.Settings.With("* ** pull,push"));

        using var greeted = await node.Client.GetAsync("/v2/");
        using var pushed = await node.SendAsync(HttpMethod.Post, "/v2/team/web/blobs/uploads/");

        var place = $"{node.Client.BaseAddress}v2/token";
        Assert.Equal(
            $"Bearer realm=\"{place}\",service=\"swarm\"", greeted.Headers.WwwAuthenticate.Single().ToString());
        Assert.Equal(
            $"Bearer realm=\"{place}\",service=\"swarm\",scope=\"repository:team/web:pull,push\"",
            pushed.Headers.WwwAuthenticate.Single().ToString());
        await BlobRouteTests.IsErrorAsync(greeted, 401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task A_password_is_enough_and_a_wrong_one_or_a_strange_name_are_not()
    {
        await using var node = await ServedRegistry.StartAsync(ServedRegistry.Settings.With("ann ** pull,push"));

        Assert.Equal(200, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("ann", Password)));
        Assert.Equal(202, await StatusAsync(
            node, "POST", "/v2/web/blobs/uploads/", ServedRegistry.Basic("ann", Password)));
        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("ann", "wrong")));
        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("eve", Password)));
        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/", "Basic !"));
        Assert.Equal(403, await StatusAsync(
            node, "POST", "/v2/web/blobs/uploads/", ServedRegistry.Basic("bob", Password)));
        Assert.Equal(403, await StatusAsync(
            node, "DELETE", "/v2/web/manifests/1", ServedRegistry.Basic("ann", Password)));
    }

    [Fact]
    public async Task A_token_is_good_for_what_was_asked_and_allowed()
    {
        await using var node = await ServedRegistry.StartAsync(
            ServedRegistry.Settings.With("ann team/* pull,push", "- public/* pull"));

        var token = await TokenAsync(
            node, "scope=repository:team/web:pull,push,delete&scope=repository:other:pull",
            ServedRegistry.Basic("ann", Password));

        Assert.Equal(200, await StatusAsync(node, "GET", "/v2/", token));
        Assert.Equal(202, await StatusAsync(node, "POST", "/v2/team/web/blobs/uploads/", token));
        Assert.Equal(401, await StatusAsync(node, "DELETE", "/v2/team/web/manifests/1", token));
        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/other/tags/list", token));
        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/team/web/tags/list", token + "x"));
        var anonymous = await TokenAsync(node, "scope=repository:public/web:pull,push", null);
        Assert.Equal(404, await StatusAsync(node, "GET", "/v2/public/web/tags/list", anonymous));
        Assert.Equal(401, await StatusAsync(node, "POST", "/v2/public/web/blobs/uploads/", anonymous));
    }

    [Fact]
    public async Task A_token_gives_no_other_token_with_what_it_was_good_for()
    {
        await using var node = await ServedRegistry.StartAsync(
            ServedRegistry.Settings.With("ann team/* pull,push", "- public/* pull"));
        const string scopes = "scope=repository:team/web:pull,push&scope=repository:public/web:pull";
        var token = await TokenAsync(node, scopes, ServedRegistry.Basic("ann", Password));

        var next = await TokenAsync(node, scopes, token);

        Assert.Equal(202, await StatusAsync(node, "POST", "/v2/team/web/blobs/uploads/", token));
        Assert.Equal(401, await StatusAsync(node, "POST", "/v2/team/web/blobs/uploads/", next));
        Assert.Equal(404, await StatusAsync(node, "GET", "/v2/public/web/tags/list", next));
    }

    [Fact]
    public void A_token_that_has_expired_or_is_of_another_node_is_not_believed()
    {
        var (time, key) = (new FakeTimeProvider(), new byte[32]);
        var tokens = new RegistryTokens(key, time);
        var token = tokens.Issue("ann", ImmutableSortedDictionary<string, RegistryActions>.Empty);
        Assert.Equal("ann", tokens.Read(token)!.User);
        Assert.Null(new RegistryTokens([.. key.Select(_ => (byte)1)], time).Read(token));

        time.Advance(TimeSpan.FromMinutes(6));

        Assert.Null(tokens.Read(token));
    }

    [Fact]
    public async Task A_blob_is_mounted_only_from_where_its_pusher_may_pull()
    {
        await using var node = await ServedRegistry.StartAsync(
            ServedRegistry.Settings.With("ann ** pull,push", "bob own pull,push"));
        var content = "private"u8.ToArray();
        var digest = Core.Images.Digest.Of(content);
        using var pushed = await node.SendAsync(
            HttpMethod.Post, $"/v2/hidden/blobs/uploads/?digest={digest}", new ByteArrayContent(content),
            ("Authorization", ServedRegistry.Basic("ann", Password)));

        foreach (var from in new[] { "&from=hidden", "" })
        {
            Assert.Equal(202, await StatusAsync(
                node, "POST", $"/v2/own/blobs/uploads/?mount={digest}{from}", ServedRegistry.Basic("bob", Password)));
        }

        Assert.Equal(201, (int)pushed.StatusCode);
    }

    [Fact]
    public async Task Lists_show_what_their_reader_may_pull()
    {
        await using var node = await ServedRegistry.StartAsync(
            ServedRegistry.Settings.With("ann ** pull,push", "bob team/* pull"));
        node.Client.DefaultRequestHeaders.TryAddWithoutValidation(
            "Authorization", ServedRegistry.Basic("ann", Password));
        await node.PushAsync("team/web", "1", Artifact.Chart("a"));
        await node.PushAsync("hidden", "1", Artifact.Chart("b"));
        node.Client.DefaultRequestHeaders.Clear();

        using var list = await node.SendAsync(
            HttpMethod.Get, "/v2/_catalog", null, ("Authorization", ServedRegistry.Basic("bob", Password)));

        Assert.Equal("""{"repositories":["team/web"]}""", (await list.Content.ReadAsStringAsync()).Trim());
        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/_catalog", null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Skopeo_copies_with_a_password_by_tokens_and_without(bool asksForTokens)
    {
        var settings = ServedRegistry.Settings.With("ann ** pull,push", "bob team/* pull");
        await using var node = await ServedRegistry.StartAsync(
            settings with { Access = settings.Access with { AsksForTokens = asksForTokens } });
        node.Client.DefaultRequestHeaders.TryAddWithoutValidation(
            "Authorization", ServedRegistry.Basic("ann", Password));
        var image = Artifact.Image("guarded");
        await node.PushAsync("team/web", "1", image);
        var host = node.Client.BaseAddress!.Authority;

        var copied = await CopyAsync(host, "ann:secret", "ann:secret");
        var denied = await CopyAsync(host, "ann:secret", "bob:secret");
        var strange = await CopyAsync(host, "ann:wrong", "ann:secret");

        Assert.Equal((0, 1, 1), (copied, denied, strange));
        Assert.Equal(image.Manifest, await node.Client.GetByteArrayAsync("/v2/team/copy/manifests/1"));
    }

    [Fact]
    public async Task A_page_that_reaches_the_loopback_by_a_name_of_its_own_is_not_trusted()
    {
        await using var node = await ServedRegistry.StartAsync();

        using var trusted = await node.Client.GetAsync("/v2/");
        using var rebound = await node.SendAsync(HttpMethod.Get, "/v2/", null, ("Host", "evil.example:80"));

        Assert.Equal((200, 401), ((int)trusted.StatusCode, (int)rebound.StatusCode));
    }

    [Fact]
    public async Task Users_that_come_and_go_in_the_file_come_and_go_here()
    {
        await using var node = await ServedRegistry.StartAsync(ServedRegistry.Settings.With("* ** pull"));
        Assert.Equal(200, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("ann", Password)));

        await File.WriteAllTextAsync(node.UsersFile, "# nobody\n");

        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("ann", Password)));
    }

    [Fact]
    public async Task Users_that_are_written_twice_in_a_moment_of_the_file_system_are_those_of_the_second_time()
    {
        await using var node = await ServedRegistry.StartAsync(ServedRegistry.Settings.With("* ** pull"));
        var written = File.GetLastWriteTimeUtc(node.UsersFile);
        Assert.Equal(200, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("ann", Password)));

        var users = await File.ReadAllTextAsync(node.UsersFile);
        await File.WriteAllTextAsync(node.UsersFile, users.Replace("ann", "eve", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(node.UsersFile, written);

        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("ann", Password)));
        Assert.Equal(200, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("eve", Password)));
    }

    [Fact]
    public async Task Users_behind_a_link_are_read_when_they_come_and_when_they_change()
    {
        await using var node = await ServedRegistry.StartAsync(ServedRegistry.Settings.With("* ** pull"));
        var users = await File.ReadAllTextAsync(node.UsersFile);
        File.Delete(node.UsersFile);
        File.CreateSymbolicLink(node.UsersFile, $"{node.UsersFile}.elsewhere");
        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("ann", Password)));

        await WriteAsync(users);
        Assert.Equal(200, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("ann", Password)));
        await WriteAsync("# nobody\n");
        Assert.Equal(401, await StatusAsync(node, "GET", "/v2/", ServedRegistry.Basic("ann", Password)));

        async Task WriteAsync(string content)
        {
            await File.WriteAllTextAsync($"{node.UsersFile}.elsewhere", content);
            File.SetLastWriteTimeUtc($"{node.UsersFile}.elsewhere", DateTime.UnixEpoch); // not of just now
        }
    }

    private static async Task<int> CopyAsync(string host, string from, string to) => await Skopeo.CopyAsync(
        "--src-tls-verify=false", "--dest-tls-verify=false", "--src-creds", from, "--dest-creds", to,
        $"docker://{host}/team/web:1", $"docker://{host}/team/copy:1");

    private static async Task<int> StatusAsync(
        ServedRegistry node, string method, string path, string? authorization)
    {
        using var answer = await (authorization is null
            ? node.SendAsync(new HttpMethod(method), path)
            : node.SendAsync(new HttpMethod(method), path, null, ("Authorization", authorization)));
        return (int)answer.StatusCode;
    }

    private static async Task<string> TokenAsync(ServedRegistry node, string query, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/token?service=swarm&{query}");
        if (authorization is not null) request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
        using var answer = await node.Client.SendAsync(request);
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.True((int)json["expires_in"]! >= 60);
        Assert.Equal((string)json["token"]!, (string)json["access_token"]!);
        return $"Bearer {json["token"]}";
    }
}
