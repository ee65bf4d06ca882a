using Swarm.Core.Images;
using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Registries;

/// <summary>Registries that lead to others, and that never get a blob over.</summary>
public sealed class AstrayTests : IAsyncLifetime, IDisposable
{
    private const int Large = 6_000_000;

    private readonly PullHome _home = new(new RegistryOptions
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        Attempts = 3,
        SilenceMax = TimeSpan.FromSeconds(5),
    });

    private FaultyRegistry _registry = null!;

    public async Task InitializeAsync() => _registry = await FaultyRegistry.StartAsync(
        new TarBuilder().File("large", new string('x', Large)).Build());

    public async Task DisposeAsync() => await _registry.DisposeAsync();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_password_is_not_shown_to_whom_the_registry_leads_though_he_asks_for_it()
    {
        await using var other = await FaultyRegistry.StartAsync(_registry.LayerContent);
        other.Fault = async (context, _) =>
        {
            if (context.Request.Path == "/token")
                return await FaultyRegistry.RefuseAsync(context, 200, """{"token":"t0ken"}""");
            context.Response.Headers.WWWAuthenticate = $"""Bearer realm="http://{other.Host}/token",service="box" """;
            return await FaultyRegistry.RefuseAsync(context, 401);
        };
        _registry.Fault = async (context, _) =>
        {
            if (context.Request.Path != _registry.BlobPath) return false;
            context.Response.Headers.Location = $"http://{other.Host}{_registry.BlobPath}";
            return await FaultyRegistry.RefuseAsync(context, 307);
        };

        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => _home.PullAsync(_registry.Image, new RegistryCredentials("user", "secret")));

        Assert.Equal(RegistryFault.Unauthorized, refused.Fault);
        Assert.Equal(
            [(_registry.BlobPath, "")], other.Requests.Select(request => (request.Path, request.Authorization)));
    }

    [Fact]
    public async Task What_comes_a_second_time_from_a_registry_without_ranges_is_no_getting_on()
    {
        _registry.Fault = async (context, which) =>
        {
            if (context.Request.Path != _registry.BlobPath || which > 10) return false;
            var until = which % 2 == 1 ? 3_000_000 : 1_000_000;
            await _registry.CutAsync(context, 0, until, () => UntilAtAsync(until));
            return true;
        };

        var given = await Assert.ThrowsAsync<RegistryException>(() => _home.PullAsync(_registry.Image));

        Assert.Contains("tried 3 times", given.Message, StringComparison.Ordinal);
        Assert.Equal(3, _registry.Count(_registry.BlobPath));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blob_that_is_broken_here_is_not_taken_for_what_a_pull_wants(bool isCut)
    {
        await _home.PullAsync(_registry.Image);
        var (config, layer) = (PathOf(_registry.Config), PathOf(_registry.Layer));
        var right = await File.ReadAllBytesAsync(config);
        Rot(config, isCut);
        if (isCut) Rot(layer, isCut); // of more than one piece: its length tells

        await _home.PullAsync(_registry.Image);

        Assert.Equal(right, await File.ReadAllBytesAsync(config));
        Assert.Equal(_registry.LayerContent, await File.ReadAllBytesAsync(layer));
        Assert.Equal(2, _registry.Count(FaultyRegistry.PathOf(_registry.Config)));
    }

    private static void Rot(string path, bool isCut)
    {
        var content = File.ReadAllBytes(path);
        File.Delete(path);
        if (isCut) content = content[..^1];
        else content[10] ^= 1;
        File.WriteAllBytes(path, content);
    }

    private string PathOf(Digest blob) => $"{_home.Home.Root}/blobs/sha256/{blob.Hex}";

    // What is on its way when a connection breaks is lost.
    private async Task UntilAtAsync(long bytes)
    {
        while (_home.Steps.LastOrDefault()?.Current != bytes)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
    }
}
