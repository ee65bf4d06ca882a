using System.Text.Json;
using Swarm.Cluster.Nodes;
using Swarm.Runtime.Volumes;

namespace Swarm.Api.Tests;

/// <summary>What clients of older versions of the interface look for.</summary>
public sealed class OldClientTests
{
    [Theory]
    [InlineData("/v1.41", true)]
    [InlineData("/v1.43", true)]
    [InlineData("/v1.44", false)]
    [InlineData("", false)]
    public async Task Before_1_44_the_size_of_an_image_has_another_name_too(string version, bool hasOld)
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));

        using var listed = JsonDocument.Parse(await node.Client.GetStringAsync($"{version}/images/json"));

        var image = Assert.Single(listed.RootElement.EnumerateArray());
        Assert.Equal(hasOld, image.TryGetProperty("VirtualSize", out var size));
        if (hasOld) Assert.Equal(image.GetProperty("Size").GetInt64(), size.GetInt64());
    }

    [Theory]
    [InlineData("/v1.41", "some/1", true)]
    [InlineData("/v1.44", "some/1", true)]
    [InlineData("/v1.45", "some/1", false)]
    [InlineData("/v1.50", "docker-compose/1.29.2 docker-py/5.0.3 Linux/6.1", true)]
    [InlineData("", "some/1", false)]
    public async Task Before_1_45_and_for_Compose_1_the_configuration_of_an_image_has_another_name_too(
        string version, string agent, bool hasOld)
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        using var listed = JsonDocument.Parse(await node.Client.GetStringAsync("/images/json"));
        var id = Assert.Single(listed.RootElement.EnumerateArray()).GetProperty("Id").GetString();

        node.Client.DefaultRequestHeaders.UserAgent.ParseAdd(agent);
        using var image = JsonDocument.Parse(await node.Client.GetStringAsync($"{version}/images/{id}/json"));

        Assert.Equal(hasOld, image.RootElement.TryGetProperty("ContainerConfig", out var config));
        if (hasOld)
            Assert.True(JsonElement.DeepEquals(image.RootElement.GetProperty("Config"), config));
    }

    [Theory]
    [InlineData("/v1.49", true)]
    [InlineData("/v1.50", false)]
    public async Task Before_1_50_an_image_tells_also_what_nobody_has_said(string version, bool hasAll)
    {
        await using var node = await ServedNode.StartAsync();
        await node.Client.PostAsync("/images/load", new StringContent("archive"));
        using var listed = JsonDocument.Parse(await node.Client.GetStringAsync("/images/json"));
        var id = Assert.Single(listed.RootElement.EnumerateArray()).GetProperty("Id").GetString();

        using var image = JsonDocument.Parse(await node.Client.GetStringAsync($"{version}/images/{id}/json"));

        var config = image.RootElement.GetProperty("Config");
        Assert.Equal(hasAll, config.TryGetProperty("OnBuild", out var triggers));
        if (!hasAll) return;
        Assert.Equal(JsonValueKind.Null, triggers.ValueKind);
        Assert.Equal("", config.GetProperty("WorkingDir").GetString());
        Assert.False(config.GetProperty("Tty").GetBoolean());
    }

    [Theory]
    [InlineData("/v1.41/volumes/prune", "named")]
    [InlineData("/v1.42/volumes/prune", "")]
    [InlineData("/volumes/prune", "")]
    [InlineData("/v1.42/volumes/prune?filters=%7B%22all%22%3A%5B%22true%22%5D%7D", "named")]
    [InlineData("/v1.41/volumes/prune?filters=%7B%22all%22%3A%5B%22false%22%5D%7D", "")]
    public async Task Before_1_42_volumes_with_a_name_are_pruned_unasked(string path, string removed)
    {
        await using var node = await ServedNode.StartAsync();
        await node.Engine.Volumes.CreateAsync(new VolumeDefinition("named"), default);

        using var answer = await node.Client.PostAsync(path, null);

        using var pruned = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(removed, string.Join(' ', pruned.RootElement.GetProperty("VolumesDeleted").EnumerateArray()));
    }

    [Theory]
    [InlineData("/v1.39", "", "shareable")]
    [InlineData("/v1.39", ",\"IpcMode\":\"private\"", "")]
    [InlineData("/v1.40", "", "")]
    [InlineData("", "", "")]
    public async Task Before_1_40_others_may_share_the_ipc_of_a_container_unasked(
        string version, string asked, string mode)
    {
        await using var node = await ServedNode.StartAsync();
        node.Store.Add("archive"u8, "box:latest");

        await node.Client.PostAsync(
            $"{version}/containers/create",
            new StringContent($$$"""{"Image":"box","HostConfig":{"Init":false{{{asked}}}}}"""));

        Assert.Equal(mode, Assert.Single(node.Asked.OfType<CreateStandalone>()).Definition.Spec.Shared.Ipc);
    }

    [Theory]
    [InlineData("/v1.42", "<none>:<none>", "<none>@<none>")]
    [InlineData("/v1.43", "", "")]
    [InlineData("", "", "")]
    public async Task Before_1_43_an_image_without_a_name_is_listed_with_one_that_says_so(
        string version, string tag, string digest)
    {
        await using var node = await ServedNode.StartAsync();
        var unnamed = node.Store.Add("archive"u8, "box:latest");
        node.Store.Add("other"u8, "box:latest");

        using var listed = JsonDocument.Parse(await node.Client.GetStringAsync($"{version}/images/json"));
        using var used = JsonDocument.Parse(await node.Client.GetStringAsync($"{version}/system/df"));
        using var shown = JsonDocument.Parse(await node.Client.GetStringAsync($"{version}/images/{unnamed}/json"));

        foreach (var list in (JsonElement[])[listed.RootElement, used.RootElement.GetProperty("Images")])
        {
            var image = list.EnumerateArray().Single(one => one.GetProperty("Id").GetString() == unnamed.Value);
            Assert.Equal((tag, digest), (Names(image, "RepoTags"), Names(image, "RepoDigests")));
            var other = list.EnumerateArray().Single(one => one.GetProperty("Id").GetString() != unnamed.Value);
            Assert.Equal(("box:latest", ""), (Names(other, "RepoTags"), Names(other, "RepoDigests")));
        }

        Assert.Equal(("", ""), (Names(shown.RootElement, "RepoTags"), Names(shown.RootElement, "RepoDigests")));
    }

    private static string Names(JsonElement image, string field) =>
        string.Join(' ', image.GetProperty(field).EnumerateArray());
}
