using System.Net;
using System.Text;
using System.Text.Json;
using Swarm.Core.Images;
using Swarm.Images.Registry;
using Swarm.Tests;

namespace Swarm.Api.Tests;

public sealed class TransferRouteTests
{
    [Fact]
    public async Task A_pull_tells_each_step_and_the_cluster_learns_the_name()
    {
        await using var node = await ServedNode.StartAsync();

        var answer = await PullAsync(node, "/images/create?fromImage=one&tag=1");

        using var line = JsonDocument.Parse(answer.Split('\n')[0]);
        Assert.Equal("0123456789ab", line.RootElement.GetProperty("id").GetString());
        Assert.Equal(500, line.RootElement.GetProperty("progressDetail").GetProperty("current").GetInt64());
        Assert.Equal(
            "[=========================>                        ]  500B/1kB",
            line.RootElement.GetProperty("progress").GetString());
        Assert.Equal(Digest.Of("pulled"u8), node.Meanings["docker.io/library/one:1"]);
    }

    [Theory]
    [InlineData("/v1.48", """{"os":"linux","architecture":"arm64"}""", "linux/arm64")]
    [InlineData("/v1.48", """{"os":"linux","architecture":"arm","variant":"v7"}""", "linux/arm/v7")]
    [InlineData("/v1.47", """{"os":"linux","architecture":"arm64"}""", null)]
    [InlineData("/v1.48", null, null)]
    public async Task A_platform_of_an_archive_is_what_newer_clients_name(
        string version, string? json, string? platform)
    {
        await using var node = await ServedNode.StartAsync();
        var query = json is null ? "" : "platform=" + Uri.EscapeDataString(json);

        await node.Client.PostAsync($"{version}/images/load?{query}", new StringContent("archive"));
        Assert.Equal(platform, node.Store.Platform);
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        await node.Client.GetAsync($"{version}/images/get?names=loaded&{query}");

        Assert.Equal(platform, node.Store.Platform);
    }

    [Theory]
    [InlineData("platform={}", "both OS and Architecture must be provided")]
    [InlineData("platform=linux", "invalid JSON")]
    [InlineData("platform={\"variant\":\"v7\"}", "optional platform fields provided, but OS and Architecture are")]
    [InlineData("platform=a&platform=b", "multiple platform parameters are not supported in this API version")]
    public async Task What_is_no_platform_is_refused(string query, string message)
    {
        await using var node = await ServedNode.StartAsync();

        var refused = await node.Client.PostAsync($"/images/load?{query}", new StringContent("archive"));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(message, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_tag_all_of_them_are_pulled()
    {
        await using var node = await ServedNode.StartAsync();

        await PullAsync(node, "/images/create?fromImage=one");

        Assert.Equal(
            ["docker.io/library/one:1", "docker.io/library/one:2"], node.Meanings.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_error_after_the_first_step_is_the_last_line()
    {
        await using var node = await ServedNode.StartAsync();
        node.Registries.Broken = new RegistryException(RegistryFault.Invalid, "it has another digest");

        var answer = await PullAsync(node, "/images/create?fromImage=one&tag=1");

        Assert.Equal(
            "{\"errorDetail\":{\"message\":\"it has another digest\"},\"error\":\"it has another digest\"}",
            answer.TrimEnd('\n').Split('\n')[^1]);
        Assert.Empty(node.Meanings);
    }

    [Fact]
    public async Task A_tar_is_imported_from_an_address_and_what_its_server_refuses_is_the_last_line()
    {
        await using var node = await ServedNode.StartAsync();
        using var server = new HttpListener();
        var host = $"127.0.0.1:{FreePorts.Next()}";
        server.Prefixes.Add($"http://{host}/");
        server.Start();
        var serving = ServeAsync(server, requests: 2);

        var imported = await PullAsync(node, $"/images/create?fromSrc={host}/root.tar&repo=fetched&message=by%20hand");
        var refused = await PullAsync(node, $"/images/create?fromSrc=http://{host}/missing&repo=none");
        await serving;

        Assert.Equal(
            $"{{\"status\":\"Downloading from http://{host}/root.tar\"}}\n"
            + $"{{\"status\":\"{Digest.Of("tar"u8)}\"}}\n", imported);
        Assert.Equal(Digest.Of("tar"u8), node.Meanings["docker.io/library/fetched:latest"]);
        Assert.Equal("by hand", node.Store.ImportComment);
        Assert.Contains("/missing: the server answered 404", refused.Split('\n')[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linux/arm/v6", "arm", "v6")]
    [InlineData("linux/aarch64", "arm64", "")]
    [InlineData("s390x", "s390x", "")]
    [InlineData("", "", "")]
    public async Task An_imported_tar_is_for_the_platform_that_is_named(
        string platform, string architecture, string variant)
    {
        await using var node = await ServedNode.StartAsync();

        var answer = await node.Client.PostAsync(
            $"/images/create?fromSrc=-&platform={platform}&changes=USER%20app", new StringContent("tar"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var image = node.Store.Imported;
        Assert.Equal(
            ("linux", architecture, variant, "app"),
            (image.OperatingSystem, image.Architecture, image.Variant, image.User));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("&reproducible=0", true)]
    [InlineData("&reproducible=1", false)]
    public async Task An_imported_image_is_of_now_and_says_whence_it_came_unless_it_is_to_be_the_same_everywhere(
        string query, bool isOfNow)
    {
        await using var node = await ServedNode.StartAsync();
        var before = DateTimeOffset.UtcNow;

        var answer = await node.Client.PostAsync($"/images/create?fromSrc=-{query}", new StringContent("tar"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(isOfNow ? "Imported from -" : "", node.Store.ImportComment);
        if (!isOfNow) Assert.Null(node.Store.Imported.Created);
        else Assert.InRange(node.Store.Imported.Created!.Value, before, DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData("windows/amd64", "operating system is not supported")]
    [InlineData("linux/arm/v7/x", "is no platform")]
    [InlineData("linux//v7", "is no platform")]
    [InlineData("linux/a*", "is no platform")]
    [InlineData("nothing", "is no platform")]
    public async Task A_tar_is_not_imported_for_what_is_no_platform_of_here(string platform, string message)
    {
        await using var node = await ServedNode.StartAsync();

        var refused = await node.Client.PostAsync(
            $"/images/create?fromSrc=-&platform={platform}", new StringContent("tar"));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(message, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(node.Store.List());
    }

    [Theory]
    [InlineData("{\"username\":\"u\",\"password\":\"p>?\"}", "u", "p>?", "")]
    [InlineData("{\"auth\":\"dTpw\"}", "u", "p", "")]
    [InlineData("{\"username\":\"<token>\",\"identitytoken\":\"t\"}", "", "", "t")]
    [InlineData("{}", "", "", "")]
    [InlineData("no json", "", "", "")]
    public async Task Credentials_of_the_request_are_shown_to_the_registry(
        string json, string user, string password, string token)
    {
        await using var node = await ServedNode.StartAsync();

        await PullAsync(node, "/images/create?fromImage=one&tag=1", json);

        Assert.Equal(new RegistryCredentials(user, password, token), Assert.Single(node.Registries.Shown));
    }

    [Fact]
    public async Task A_push_ends_with_the_digest_and_passes_over_credentials_that_cannot_be_read()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));

        var without = await node.Client.PostAsync("/images/loaded/push?tag=latest", null);
        var unreadable = await SendAsync(node, "/images/loaded/push?tag=latest", "no json");

        foreach (var answer in (HttpResponseMessage[])[without, unreadable])
        {
            Assert.Contains(
                "\"aux\":{\"Tag\":\"latest\",\"Digest\":\"sha256:", await answer.Content.ReadAsStringAsync(),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("password", "right", HttpStatusCode.OK)]
    [InlineData("Password", "right", HttpStatusCode.OK)]
    [InlineData("password", "wrong", HttpStatusCode.Unauthorized)]
    public async Task A_login_is_what_the_registry_says(string name, string password, HttpStatusCode status)
    {
        await using var node = await ServedNode.StartAsync();

        var answer = await node.Client.PostAsync("/auth", new StringContent(
            $$"""{"username":"u","{{name}}":"{{password}}","serveraddress":"https://registry.test/v2/"}"""));

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task What_a_registry_has_is_described_and_searched()
    {
        await using var node = await ServedNode.StartAsync();

        var described = await node.Client.GetStringAsync("/distribution/team/app:1/json");
        var found = await node.Client.GetStringAsync("/images/search?term=x&filters=%7B%22stars%22%3A%5B%223%22%5D%7D");

        Assert.Contains(
            "\"Platforms\":[{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v7\"}]", described,
            StringComparison.Ordinal);
        using var list = JsonDocument.Parse(found);
        Assert.Equal("one", Assert.Single(list.RootElement.EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task An_image_is_saved_as_a_tar_and_one_that_is_not_there_is_an_error()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));

        var saved = await node.Client.GetAsync("/images/loaded/get");
        var missing = await node.Client.GetAsync("/images/get?names=loaded&names=none");

        Assert.Equal("application/x-tar", saved.Content.Headers.ContentType?.ToString());
        Assert.Equal("archive", await saved.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal("application/json", missing.Content.Headers.ContentType?.ToString());
        Assert.Equal("{\"message\":\"No such image: none:latest\"}\n", await missing.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_repository_is_saved_also_where_none_of_its_images_is_the_latest()
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Add("archive"u8, "box:2");

        var saved = await node.Client.GetAsync("/images/box/get");

        Assert.Equal((HttpStatusCode.OK, "archive"), (saved.StatusCode, await saved.Content.ReadAsStringAsync()));
    }

    private static async Task<string> PullAsync(ServedNode node, string path, string? credentials = null)
    {
        var answer = await SendAsync(node, path, credentials);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> SendAsync(ServedNode node, string path, string? credentials)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (credentials is not null)
        {
            var header = Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));
            request.Headers.Add("X-Registry-Auth", header.Replace('+', '-').Replace('/', '_'));
        }

        return await node.Client.SendAsync(request);
    }

    private static async Task ServeAsync(HttpListener server, int requests)
    {
        for (; requests > 0; requests--)
        {
            var asked = await server.GetContextAsync();
            asked.Response.StatusCode = asked.Request.Url!.AbsolutePath == "/missing" ? 404 : 200;
            await asked.Response.OutputStream.WriteAsync("tar"u8.ToArray());
            asked.Response.Close();
        }
    }
}
