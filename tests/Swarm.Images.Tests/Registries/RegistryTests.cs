using Swarm.Core.Images;
using Swarm.Images.Registry;
using Swarm.Tests;

namespace Swarm.Images.Tests.Registries;

/// <summary>Against the registry that most run, with images that other tools wrote.</summary>
public sealed class RegistryTests(ToolImages tools, DebianRegistry registry)
    : IClassFixture<ToolImages>, IClassFixture<DebianRegistry>
{
    private static readonly byte[] Layer = new TarBuilder().File("own", "own").Build();

    [Theory]
    [InlineData("oci", "")]
    [InlineData("oci", "zstd")]
    [InlineData("v2s2", "gzip")]
    public async Task An_image_of_another_tool_is_pulled_with_all_its_files(string format, string compression)
    {
        var name = $"{registry.Host}/tools/{format}-{compression}image:3";
        string[] options = compression.Length == 0 ? [] : ["--dest-compress-format", compression];
        Tool.Run(
            "skopeo", ["--insecure-policy", "copy", "--dest-tls-verify=false", "--format", format, .. options,
                $"oci:{tools.Layout}:work", $"docker://{name}"]);
        using var home = new PullHome();

        var pulled = await home.PullAsync(name);

        Assert.True(pulled.IsNew);
        var container = StoreHome.NewContainer();
        var root = await home.Store.MountRootAsync(container, pulled.Id, default);
        Assert.Equal(TreeListing.Of(tools.Oracle), TreeListing.Of(root));
        Assert.Equal(
            Tool.Run("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", $"docker://{name}").Trim(),
            pulled.Digest.Value);
        Assert.Contains("Pull complete", home.Statuses);
        Assert.Contains($"Status: Downloaded newer image for {name}", home.Statuses);
    }

    [Fact]
    public async Task What_is_here_already_is_not_fetched_again_and_a_digest_means_the_same_image()
    {
        var name = $"{registry.Host}/pushed/one:1";
        using var home = new PullHome();
        var id = await home.LoadAsync(name, Layer);
        var pushed = await home.PushAsync(name);
        home.Steps.Clear();

        var again = await home.PullAsync(name);
        var bare = $"{registry.Host}/pushed/one@{pushed.Digest}";

        Assert.Equal((id, false), (again.Id, again.IsNew));
        Assert.Contains("Already exists", home.Statuses);
        Assert.DoesNotContain("Downloading", home.Statuses);
        Assert.Equal(id, home.Store.Find(bare)!.Id);

        using var other = new PullHome();
        Assert.Equal(id, (await other.PullAsync(bare)).Id);
        Assert.Equal(id, other.Home.Reopen().Find(bare)!.Id);
        Assert.All(other.Store.List().Single().Names, one => Assert.Null(one.Tag));
    }

    [Fact]
    public async Task A_pushed_layer_is_there_the_next_time_and_mounted_from_where_it_is_known_to_be()
    {
        var (one, two) = ($"{registry.Host}/mount/one:1", $"{registry.Host}/mount/two:1");
        using var home = new PullHome();
        await home.LoadAsync(one, new TarBuilder().File("mounted", "m").Build());
        home.Store.Tag(one, ImageReference.Parse(two));

        await home.PushAsync(one);
        Assert.Contains("Pushed", home.Statuses);
        home.Steps.Clear();
        await home.PushAsync(one);
        Assert.Contains("Layer already exists", home.Statuses);
        home.Steps.Clear();
        await home.PushAsync(two);

        Assert.Contains("Mounted from mount/one", home.Statuses);
        Assert.Contains("1: digest: ", home.Statuses.Last(), StringComparison.Ordinal);
        Assert.Equal("1", Assert.Single(
            await home.Registries.ListTagsAsync(ImageReference.Parse(two), RegistryCredentials.None, default)));
        Tool.Run("skopeo", "inspect", "--tls-verify=false", $"docker://{two}");
    }

    [Fact]
    public async Task Of_a_list_of_manifests_the_image_of_the_platform_is_pulled()
    {
        var name = $"{registry.Host}/list/image:1";
        using var home = new PullHome();
        var own = await home.LoadAsync($"{registry.Host}/list/image:own", Layer);
        var pushed = await home.PushAsync($"{registry.Host}/list/image:own");
        await PutListAsync($"{registry.Host}/list/image", "1", pushed, ImagePlatformText.Own);
        await PutListAsync($"{registry.Host}/list/image", "other", pushed, "s390x");

        Assert.Equal(own, (await home.PullAsync(name)).Id);
        var described = await home.Registries.DescribeAsync(
            ImageReference.Parse(name), RegistryCredentials.None, default);
        Assert.Equal(ImagePlatformText.Own, Assert.Single(described.Platforms).Architecture);
        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => home.PullAsync($"{registry.Host}/list/image:other"));
        Assert.Contains("no matching manifest for linux/", refused.Message, StringComparison.Ordinal);
        Assert.Equal(own, (await home.PullAsync($"{registry.Host}/list/image:other", platform: "linux/s390x")).Id);
    }

    [Fact]
    public async Task What_is_not_there_is_told_as_Docker_tells_it_and_leaves_nothing()
    {
        using var home = new PullHome();
        var before = home.Home.Contents();

        var missing = await Assert.ThrowsAsync<RegistryException>(() => home.PullAsync($"{registry.Host}/no/such:1"));

        Assert.Equal(RegistryFault.NotFound, missing.Fault);
        Assert.Contains("manifest unknown", missing.Message, StringComparison.Ordinal);
        Assert.Equal(before, home.Home.Contents());
    }

    [Fact]
    public async Task A_registry_that_asks_who_it_is_gets_a_password_and_gives_nothing_without()
    {
        var locked = new DebianRegistry(asksWho: true);
        await locked.InitializeAsync();
        try
        {
            var name = $"{locked.Host}/private/image:1";
            var right = new RegistryCredentials(DebianRegistry.User, DebianRegistry.Password);
            using var home = new PullHome();
            await home.LoadAsync(name, Layer);

            await home.PushAsync(name, right);
            await home.PullAsync(name, right);
            Assert.Equal("", await home.Registries.LogInAsync(locked.Host, right, default));
            foreach (var wrong in (RegistryCredentials[])[RegistryCredentials.None, right with { Password = "x" }])
            {
                Assert.Equal(RegistryFault.Unauthorized, (await Assert.ThrowsAsync<RegistryException>(
                    () => home.Registries.LogInAsync(locked.Host, wrong, default))).Fault);
                Assert.Equal(RegistryFault.NotFound, (await Assert.ThrowsAsync<RegistryException>(
                    () => home.PullAsync(name, wrong))).Fault);
                Assert.Equal(RegistryFault.Unauthorized, (await Assert.ThrowsAsync<RegistryException>(
                    () => home.PushAsync(name, wrong))).Fault);
            }
        }
        finally
        {
            await locked.DisposeAsync();
        }
    }

    private static async Task PutListAsync(string repository, string tag, PushedImage image, string architecture)
    {
        var (host, path) = (repository[..repository.IndexOf('/')], repository[(repository.IndexOf('/') + 1)..]);
        using var web = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var content = new StringContent(
            $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
              {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{image.Digest}}}",
               "size":{{{image.Size}}},"platform":{"os":"linux","architecture":"{{{architecture}}}"}}]}
            """);
        content.Headers.ContentType = new("application/vnd.oci.image.index.v1+json");
        var answer = await web.PutAsync(new Uri($"http://{host}/v2/{path}/manifests/{tag}"), content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static class ImagePlatformText
    {
        public static string Own => Manifests.ImagePlatform.Host.Architecture;
    }
}
