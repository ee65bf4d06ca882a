using System.Net;
using System.Text.Json;
using Swarm.Core.Images;
using Swarm.Images;

namespace Swarm.Api.Tests;

public sealed class ImageRouteTests
{
    [Fact]
    public async Task A_loaded_image_is_listed_and_the_cluster_knows_its_name()
    {
        await using var node = await ServedNode.StartAsync();

        var answer = await node.Client.PostAsync("/v1.41/images/load", new StringContent("archive"));
        var lines = await node.Client.GetStringAsync("/images/json");

        Assert.Equal("{\"stream\":\"Loaded image: loaded:latest\\n\"}\n", await answer.Content.ReadAsStringAsync());
        using var listed = JsonDocument.Parse(lines);
        Assert.Equal(
            "loaded:latest", Assert.Single(listed.RootElement.EnumerateArray()).GetProperty("RepoTags")[0].GetString());
        Assert.Equal(Digest.Of("archive"u8), node.Meanings["docker.io/library/loaded:latest"]);
    }

    [Fact]
    public async Task On_how_many_nodes_an_image_is_is_told_to_who_wants_to_know()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        node.Others.Know("archive", fromRegistry: false);

        using var asked = JsonDocument.Parse(await node.Client.GetStringAsync("/images/json?nodes=1"));
        using var plain = JsonDocument.Parse(await node.Client.GetStringAsync("/images/json"));

        Assert.Equal(2, asked.RootElement[0].GetProperty("Nodes").GetInt32());
        Assert.False(plain.RootElement[0].TryGetProperty("Nodes", out _));
    }

    [Fact]
    public async Task What_only_other_nodes_have_is_listed_for_who_wants_to_know()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        node.Others.Know("archive", fromRegistry: false);
        var elsewhere = node.Others.Know("elsewhere:2", fromRegistry: true);

        using var all = JsonDocument.Parse(await node.Client.GetStringAsync("/images/json?others=1"));
        using var own = JsonDocument.Parse(await node.Client.GetStringAsync("/images/json?nodes=1"));

        Assert.Equal([2, 1], all.RootElement.EnumerateArray().Select(image => image.GetProperty("Nodes").GetInt32()));
        Assert.Equal(elsewhere.Value, all.RootElement[1].GetProperty("Id").GetString());
        Assert.Equal("elsewhere:2", all.RootElement[1].GetProperty("RepoTags")[0].GetString());
        Assert.False(all.RootElement[1].GetProperty("Here").GetBoolean());
        Assert.Equal(1, own.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task A_body_far_over_the_usual_limit_of_the_server_is_taken()
    {
        await using var node = await ServedNode.StartAsync();
        const int length = 64 << 20;

        var answer = await node.Client.PostAsync("/images/load", new StreamContent(new MemoryStream(new byte[length])));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(length, node.Store.BytesRead);
    }

    [Fact]
    public async Task An_imported_tar_is_an_image_that_runs_as_the_changes_say()
    {
        await using var node = await ServedNode.StartAsync();
        var change = Uri.EscapeDataString("CMD [\"httpd\",\"-f\"]\nENV A=\"b c\"\nEXPOSE 80");

        var answer = await node.Client.PostAsync(
            $"/images/create?fromSrc=-&repo=hello&tag=v1&changes={change}&changes=USER%20app&message=by%20hand",
            new StringContent("tar"));

        Assert.Equal($"{{\"status\":\"{Digest.Of("tar"u8)}\"}}\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal(["httpd", "-f"], node.Store.Imported.Command.ToArray());
        Assert.Equal(["A=b c"], node.Store.Imported.Environment.ToArray());
        Assert.Equal(["80/tcp"], node.Store.Imported.ExposedPorts.ToArray());
        Assert.Equal(("app", "by hand"), (node.Store.Imported.User, node.Store.ImportComment));
        Assert.Equal(Digest.Of("tar"u8), node.Meanings["docker.io/library/hello:v1"]);
    }

    [Fact]
    public async Task Changes_are_read_as_in_a_Dockerfile()
    {
        await using var node = await ServedNode.StartAsync();
        var changes = Uri.EscapeDataString(
            "ENV A=1 B='two words'\nLABEL a=b \"c d\"=e\nLABEL of=$A\nWORKDIR /one\nWORKDIR two\nENV OLD way\n"
            + "HEALTHCHECK --retries=2 CMD true\nONBUILD RUN x\nENTRYPOINT [\"run\"]\nCMD [1");

        await node.Client.PostAsync(
            $"/images/create?fromSrc=-&repo=read&changes={changes}", new StringContent("tar"));

        var image = node.Store.Imported;
        Assert.Equal(["A=1", "B=two words", "OLD=way"], image.Environment.ToArray());
        Assert.Equal(["a=b", "c d=e", "of=1"], image.Labels.Select(label => $"{label.Key}={label.Value}"));
        Assert.Equal(("/one/two", 2), (image.WorkingDirectory, image.HealthCheck!.Retries));
        Assert.Equal(["RUN x"], image.OnBuild.ToArray());
        Assert.Equal(["run"], image.Entrypoint.ToArray());
        Assert.Equal(["/bin/sh", "-c", "[1"], image.Command.ToArray());
    }

    [Theory]
    [InlineData("run ls", "run is not a valid change command")]
    [InlineData("LABEL a", "change 'LABEL a': dockerfile parse error line 1: LABEL must have two arguments")]
    public async Task A_change_that_cannot_be_is_named(string change, string message)
    {
        await using var node = await ServedNode.StartAsync();

        var answer = await node.Client.PostAsync(
            $"/images/create?fromSrc=-&changes={Uri.EscapeDataString(change)}", new StringContent("tar"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(message, told.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_new_name_is_told_and_a_removed_image_is_forgotten()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));

        var tagged = await node.Client.PostAsync("/images/loaded/tag?repo=example.com:5000/team/app&tag=2", null);
        Assert.Equal(HttpStatusCode.Created, tagged.StatusCode);
        Assert.Contains("example.com:5000/team/app:2", node.Meanings.Keys);

        var removed = await node.Client.DeleteAsync("/images/example.com:5000/team/app:2");
        Assert.Contains("\"Deleted\":\"sha256:", await removed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(node.Meanings);
    }

    [Fact]
    public async Task An_image_is_shown_with_how_it_is_run()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));

        using var image = JsonDocument.Parse(await node.Client.GetStringAsync("/v1.47/images/loaded:latest/json"));

        Assert.Equal(Digest.Of("archive"u8).Value, image.RootElement.GetProperty("Id").GetString());
        Assert.Equal("sh", image.RootElement.GetProperty("Config").GetProperty("Cmd")[0].GetString());
    }

    [Fact]
    public async Task An_image_shows_its_own_configuration_and_how_it_came_to_be()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));

        using var image = JsonDocument.Parse(await node.Client.GetStringAsync("/images/loaded/json"));
        using var history = JsonDocument.Parse(await node.Client.GetStringAsync("/images/loaded/history"));

        var root = image.RootElement;
        Assert.Equal("kept as it is", root.GetProperty("Config").GetProperty("Image").GetString());
        Assert.Equal("20.10", root.GetProperty("DockerVersion").GetString());
        Assert.Equal("/layers/one/tree", root.GetProperty("GraphDriver").GetProperty("Data").GetProperty("UpperDir")
            .GetString());
        Assert.Equal(
            Digest.Of("layer"u8).Value, root.GetProperty("RootFS").GetProperty("Layers")[0].GetString());
        var steps = history.RootElement.EnumerateArray().ToList();
        Assert.Equal(["CMD sh", "ADD file"], steps.Select(step => step.GetProperty("CreatedBy").GetString()));
        Assert.Equal([0, 700], steps.Select(step => step.GetProperty("Size").GetInt64()));
        Assert.Equal("loaded:latest", steps[0].GetProperty("Tags")[0].GetString());
        Assert.Equal("<missing>", steps[1].GetProperty("Id").GetString());
    }

    [Theory]
    [InlineData("{\"reference\":[\"load*\"]}", 1)]
    [InlineData("{\"reference\":[\"loaded:[l]atest\"]}", 1)]
    [InlineData("{\"reference\":[\"other*\"]}", 0)]
    [InlineData("{\"dangling\":[\"true\"]}", 0)]
    [InlineData("{\"dangling\":[\"false\"]}", 1)]
    [InlineData("{\"label\":[\"a\"]}", 0)]
    [InlineData("{\"until\":[\"2000-01-01\"]}", 1)]
    [InlineData("{\"since\":[\"loaded\"]}", 0)]
    public async Task A_list_is_cut_to_what_its_filters_say(string filters, int count)
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));

        using var list = JsonDocument.Parse(await node.Client.GetStringAsync(
            $"/images/json?shared-size=1&filters={Uri.EscapeDataString(filters)}"));

        Assert.Equal(count, list.RootElement.GetArrayLength());
        Assert.All(
            list.RootElement.EnumerateArray(), image => Assert.Equal(300, image.GetProperty("SharedSize").GetInt64()));
    }

    [Fact]
    public async Task A_prune_takes_what_nobody_uses_and_says_what_it_freed()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));

        var dangling = await node.Client.PostAsync("/images/prune", null);
        var all = await node.Client.PostAsync(
            $"/images/prune?filters={Uri.EscapeDataString("{\"dangling\":[\"false\"]}")}", null);

        Assert.Equal("{\"ImagesDeleted\":[],\"SpaceReclaimed\":0}\n", await dangling.Content.ReadAsStringAsync());
        Assert.Contains(
            "{\"Untagged\":\"loaded:latest\"}", await all.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("\"SpaceReclaimed\":1000", await all.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(node.Meanings);
    }

    [Fact]
    public async Task A_prune_leaves_what_the_cluster_keeps_here()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        node.Store.Kept.Add(node.Store.List().Single().Id);

        var all = await node.Client.PostAsync(
            $"/images/prune?filters={Uri.EscapeDataString("{\"dangling\":[\"false\"]}")}", null);

        Assert.Equal("{\"ImagesDeleted\":[],\"SpaceReclaimed\":0}\n", await all.Content.ReadAsStringAsync());
        Assert.Single(node.Store.List());
    }

    [Theory]
    [InlineData(ImageFault.Invalid, HttpStatusCode.BadRequest)]
    [InlineData(ImageFault.Unsupported, HttpStatusCode.NotImplemented)]
    public async Task An_archive_that_cannot_be_had_is_refused_in_the_words_of_the_store(
        ImageFault fault, HttpStatusCode status)
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Broken = new ImageException(fault, "layer 2 is not what it claims to be");

        var answer = await node.Client.PostAsync("/images/load", new StringContent("archive"));

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(
            "{\"message\":\"layer 2 is not what it claims to be\"}\n", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_image_in_use_is_not_removed()
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        node.Store.InUse.Add(Digest.Of("archive"u8));

        var answer = await node.Client.DeleteAsync("/images/loaded");

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.NotEmpty(node.Store.List());
    }

    [Fact]
    public async Task A_name_the_cluster_does_not_keep_is_a_warning_and_the_image_is_loaded()
    {
        await using var node = await ServedNode.StartAsync(refusal: "the journal is down");

        var answer = await node.Client.PostAsync("/images/load", new StringContent("archive"));

        Assert.Contains("the journal is down", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotEmpty(node.Store.List());
    }

    [Theory]
    [InlineData("POST", "/images/create?fromImage=none&tag=1", HttpStatusCode.NotFound)]
    [InlineData("POST", "/images/create?fromImage=UPPER", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/images/none/push?tag=1", HttpStatusCode.NotFound)]
    [InlineData("POST", "/images/none/tag?repo=a", HttpStatusCode.NotFound)]
    [InlineData("GET", "/images/none/history", HttpStatusCode.NotFound)]
    [InlineData("GET", "/images/get", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/images/search?term=a&limit=101", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/images/search?term=a&filters=%7B%22stars%22%3A%5B%22x%22%5D%7D", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/distribution/none/json", HttpStatusCode.NotFound)]
    [InlineData("POST", "/images/prune?filters=%7B%22size%22%3A%5B%221%22%5D%7D", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/images/create?fromSrc=ftp://x", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/images/create?fromSrc=-&changes=RUN%20ls", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/images/create?fromSrc=-&changes=EXPOSE%20x", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/images/create?fromSrc=-&repo=UPPER", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/images/none/json", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/images/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "/images/a/get", HttpStatusCode.NotFound)]
    [InlineData("GET", "/images/a/unknown", HttpStatusCode.NotFound)]
    [InlineData("GET", "/images/json?filters=%7B%22size%22%3A%5B%22a%22%5D%7D", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/images/json?filters=%7B%22before%22%3A%5B%22none%22%5D%7D", HttpStatusCode.NotFound)]
    [InlineData("GET", "/images/json?filters=%7B%22dangling%22%3A%5B%22perhaps%22%5D%7D", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_done_is_refused_with_a_message(string method, string path, HttpStatusCode status)
    {
        await using var node = await ServedNode.StartAsync();

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var answer = await node.Client.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        using var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.NotEmpty(error.RootElement.GetProperty("message").GetString()!);
    }
}
