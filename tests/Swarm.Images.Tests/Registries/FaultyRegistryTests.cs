using System.Text;
using Swarm.Core.Images;
using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Registries;

/// <summary>Registries that cut, stall, lie, lead astray and send too much.</summary>
public sealed class FaultyRegistryTests : IAsyncLifetime, IDisposable
{
    private readonly PullHome _home = new(new RegistryOptions
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        Attempts = 3,
        SilenceMax = TimeSpan.FromSeconds(5),
    });

    private FaultyRegistry _registry = null!;

    public async Task InitializeAsync() => _registry = await FaultyRegistry.StartAsync(
        new TarBuilder().File("large", new string('x', 300_000)).Build());

    public async Task DisposeAsync() => await _registry.DisposeAsync();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_blob_that_is_cut_off_is_taken_up_where_it_ended()
    {
        _registry.Fault = async (context, which) =>
        {
            if (context.Request.Path != _registry.BlobPath || which > 2) return false;
            await _registry.CutAsync(
                context, (which - 1) * 100_000, which * 100_000, () => UntilReceivedAsync(which * 100_000));
            return true;
        };

        await _home.PullAsync(_registry.Image);

        Assert.Equal(
            ["", "bytes=100000-", "bytes=200000-"],
            _registry.Requests.Where(request => request.Path == _registry.BlobPath).Select(request => request.Range));
    }

    [Fact]
    public async Task A_registry_that_does_not_know_ranges_sends_all_of_it_again()
    {
        _registry.Fault = async (context, which) =>
        {
            if (context.Request.Path != _registry.BlobPath) return false;
            if (which == 1) await _registry.CutAsync(context, 0, 100_000, () => UntilReceivedAsync(100_000));
            else await context.Response.Body.WriteAsync(_registry.LayerContent);
            return true;
        };

        Assert.True((await _home.PullAsync(_registry.Image)).IsNew);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_registry_that_is_too_busy_is_asked_again_as_often_as_is_set(int status)
    {
        _registry.Fault = (context, which) => which <= 2
            ? FaultyRegistry.RefuseAsync(context, status)
            : Task.FromResult(false);
        await _home.PullAsync(_registry.Image);

        _registry.Fault = (context, _) => FaultyRegistry.RefuseAsync(context, status);
        var given = await Assert.ThrowsAsync<RegistryException>(() => _home.PullAsync(_registry.Image));
        Assert.Equal(RegistryFault.Unavailable, given.Fault);
        Assert.Contains("tried 3 times", given.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_whose_name_is_not_known_is_named()
    {
        var given = await Assert.ThrowsAsync<RegistryException>(() => _home.PullAsync("nobody.invalid/image:1"));

        Assert.Equal(RegistryFault.Unavailable, given.Fault);
        Assert.Contains("the name cannot be looked up: ", given.Message, StringComparison.Ordinal);
        Assert.Contains("(nobody.invalid:443)", given.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_with_a_wrong_digest_is_refused_and_nothing_of_it_is_kept()
    {
        var before = _home.Home.Contents();
        _registry.Fault = async (context, _) =>
        {
            if (context.Request.Path != _registry.BlobPath) return false;
            var other = _registry.LayerContent.ToArray();
            other[600] ^= 1;
            await context.Response.Body.WriteAsync(other);
            return true;
        };

        var refused = await Assert.ThrowsAsync<RegistryException>(() => _home.PullAsync(_registry.Image));

        Assert.Equal(RegistryFault.Invalid, refused.Fault);
        Assert.Contains(_registry.Layer.Value, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, _home.Home.Contents());
        Assert.Empty(_home.Store.List());
    }

    [Fact]
    public async Task What_never_ends_is_cut_at_the_size_that_was_promised()
    {
        _registry.Fault = async (context, _) =>
        {
            var isManifest = context.Request.Path.Value!.Contains("manifests", StringComparison.Ordinal);
            if (context.Request.Path != _registry.BlobPath && !isManifest) return false;
            if (isManifest && context.Request.Path.Value.EndsWith("/1", StringComparison.Ordinal)) return false;
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(new byte[64 * 1024], context.RequestAborted);
            return true;
        };

        var blob = await Assert.ThrowsAsync<RegistryException>(() => _home.PullAsync(_registry.Image));
        var manifest = await Assert.ThrowsAsync<RegistryException>(
            () => _home.PullAsync($"{_registry.Host}/faulty/image:endless"));

        Assert.Contains("more comes", blob.Message, StringComparison.Ordinal);
        Assert.Contains("more than 4194304 bytes", manifest.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_falls_silent_is_left_and_asked_again()
    {
        await using var registry = await FaultyRegistry.StartAsync(new TarBuilder().File("a", "a").Build());
        using var home = new PullHome(new RegistryOptions
        {
            RetryDelay = TimeSpan.FromMilliseconds(1),
            SilenceMax = TimeSpan.FromMilliseconds(300),
            Attempts = 20,
        });
        registry.Fault = async (context, which) =>
        {
            if (context.Request.Path != registry.BlobPath || which > 1) return false;
            await context.Response.Body.WriteAsync(registry.LayerContent.AsMemory(0, 10));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };

        Assert.True((await home.PullAsync(registry.Image)).IsNew);
    }

    [Fact]
    public async Task A_token_is_shown_to_the_registry_and_to_nobody_to_whom_it_leads()
    {
        await using var store = await FaultyRegistry.StartAsync(_registry.LayerContent);
        _registry.Fault = async (context, _) =>
        {
            var path = context.Request.Path.Value!;
            if (path == "/token")
            {
                Assert.Equal("repository:faulty/image:pull", context.Request.Query["scope"].ToString());
                Assert.Equal("box", context.Request.Query["service"].ToString());
                return await FaultyRegistry.RefuseAsync(context, 200, """{"token":"t0ken"}""");
            }

            if (context.Request.Headers.Authorization != "Bearer t0ken")
            {
                context.Response.Headers.WWWAuthenticate =
                    $"""Bearer realm="http://{_registry.Host}/token",service="box",scope="repository:x:pull" """;
                return await FaultyRegistry.RefuseAsync(context, 401);
            }

            if (path != _registry.BlobPath) return false;
            context.Response.Headers.Location = $"http://{store.Host}{path}?signed=secret";
            return await FaultyRegistry.RefuseAsync(context, 307);
        };

        await _home.PullAsync(_registry.Image, new RegistryCredentials("user", "secret"));

        var asked = _registry.Requests.First(request => request.Path == "/token");
        Assert.Equal($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("user:secret"))}", asked.Authorization);
        Assert.Equal("", Assert.Single(store.Requests).Authorization);
    }

    [Fact]
    public async Task A_circle_of_redirections_ends()
    {
        _registry.Fault = async (context, _) =>
        {
            if (context.Request.Path != _registry.BlobPath) return false;
            context.Response.Headers.Location = _registry.BlobPath;
            return await FaultyRegistry.RefuseAsync(context, 302);
        };

        Assert.Equal(
            RegistryFault.Invalid,
            (await Assert.ThrowsAsync<RegistryException>(() => _home.PullAsync(_registry.Image))).Fault);
    }

    [Fact]
    public async Task A_name_that_means_another_image_at_its_registry_than_the_one_wanted_brings_nothing()
    {
        using var other = new PullHome();
        var id = (await other.PullAsync(_registry.Image)).Id;
        var asked = 0;
        _registry.Fault = (context, _) =>
        {
            if (context.Request.Path == _registry.BlobPath) asked++;
            return Task.FromResult(false);
        };

        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => _home.PullAsync(_registry.Image, pinned: Digest.Of("another"u8)));

        Assert.Contains(
            $"means another image by {_registry.Image} now, {id}", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_home.Store.List());
        Assert.Equal(0, asked);
        Assert.Equal(id, (await _home.PullAsync(_registry.Image, pinned: id)).Id);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"schemaVersion":1,"name":"old"}""")]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"sha256:../../etc/passwd","size":1},"layers":[]}""")]
    public async Task A_manifest_that_is_none_is_refused_by_name(string manifest)
    {
        _registry.Manifest = Encoding.UTF8.GetBytes(manifest);

        await Assert.ThrowsAsync<ImageException>(() => _home.PullAsync(_registry.Image));

        Assert.Empty(_home.Store.List());
    }

    [Fact]
    public async Task Pulls_at_the_same_time_fetch_each_blob_once()
    {
        var go = new TaskCompletionSource();
        _registry.Fault = async (context, _) =>
        {
            if (context.Request.Path == _registry.BlobPath) await go.Task;
            return false;
        };

        var pulls = Enumerable.Range(0, 4).Select(_ => _home.PullAsync(_registry.Image)).ToList();
        while (_registry.Requests.Count(request => request.Path.Contains("manifests", StringComparison.Ordinal)) < 4
            || _registry.Count(_registry.BlobPath) == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        go.SetResult();
        await Task.WhenAll(pulls);

        Assert.Equal(1, _registry.Count(_registry.BlobPath));
        Assert.Single(_home.Store.List());
    }

    [Fact]
    public async Task A_pull_that_is_given_up_leaves_nothing_and_the_next_one_works()
    {
        var before = _home.Home.Contents();
        using var stop = new CancellationTokenSource();
        _registry.Fault = async (context, which) =>
        {
            if (context.Request.Path != _registry.BlobPath || which > 1) return false;
            await stop.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _home.PullAsync(_registry.Image, cancellation: stop.Token));
        Assert.Empty(_home.Store.List());

        await _home.PullAsync(_registry.Image);
        Assert.NotEqual(before, _home.Home.Contents());
    }

    // What is on its way when a connection breaks is lost.
    private async Task UntilReceivedAsync(long bytes)
    {
        while (!_home.Steps.Any(step => step.Current >= bytes))
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
    }
}
