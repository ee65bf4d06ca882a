using Microsoft.Extensions.Time.Testing;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Api.Tests.Registry;

/// <summary>Clients that send too much, too slowly, or at once; and images that come from elsewhere.</summary>
public sealed class HostileClientTests
{
    [Fact]
    public async Task A_blob_that_is_too_large_is_cut_and_told()
    {
        await using var node = await ServedRegistry.StartAsync(With(new() { BlobMax = new Bytes(1 << 20) }));
        var place = await node.BeginAsync("web");

        using var refused = await node.SendAsync(HttpMethod.Patch, place, new ByteArrayContent(new byte[3 << 20]));

        await BlobRouteTests.IsErrorAsync(refused, 413, "SIZE_INVALID");
        Assert.InRange(SizeOf(node, place), 0, 1 << 20);
    }

    [Fact]
    public async Task A_body_from_which_nothing_comes_is_given_up_and_what_came_is_kept()
    {
        var time = new FakeTimeProvider();
        await using var node = await ServedRegistry.StartAsync(new() { Time = time });
        var place = await node.BeginAsync("web");
        using var silent = new SilentStream();
        var sending = node.SendAsync(HttpMethod.Patch, place, new StreamContent(silent));
        await UntilAsync(() => SizeOf(node, place) == SilentStream.Given);

        time.Advance(new NodeRegistryOptions().SilenceMax);
        silent.End(); // clients read no answer before they have sent all

        await BlobRouteTests.IsErrorAsync(await sending, 400, "BLOB_UPLOAD_INVALID");
        Assert.Equal(SilentStream.Given, SizeOf(node, place));
    }

    [Fact]
    public async Task Uploads_and_manifests_have_a_number()
    {
        await using var node = await ServedRegistry.StartAsync(With(new() { UploadsMax = 3, ManifestsMax = 1 }));
        for (var i = 0; i < 3; i++) await node.BeginAsync("web");

        using var fourth = await node.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/");

        Assert.Equal("10", fourth.Headers.GetValues("Retry-After").Single());
        await BlobRouteTests.IsErrorAsync(fourth, 429, "TOOMANYREQUESTS");
        Assert.Equal(3, Directory.GetDirectories(node.StoreRoot + "/uploads").Length);
    }

    [Fact]
    public async Task A_disk_that_is_too_full_takes_no_blob()
    {
        await using var node = await ServedRegistry.StartAsync(With(new() { DiskReserve = new Bytes(long.MaxValue) }));

        using var refused = await node.SendAsync(
            HttpMethod.Post, $"/v2/web/blobs/uploads/?digest={Digest.Of("x"u8)}",
            new ByteArrayContent("x"u8.ToArray()));

        await BlobRouteTests.IsErrorAsync(refused, 507, "BLOB_UPLOAD_INVALID");
    }

    [Fact]
    public async Task A_later_request_takes_an_upload_over_from_one_that_hangs()
    {
        await using var node = await ServedRegistry.StartAsync();
        var place = await node.BeginAsync("web");
        using var hanging = new SilentStream();
        var first = node.SendAsync(HttpMethod.Patch, place, new StreamContent(hanging));
        await UntilAsync(() => SizeOf(node, place) == SilentStream.Given);

        using var end = await node.SendAsync(
            HttpMethod.Put, $"{place}?digest={Digest.Of(new byte[SilentStream.Given + 20])}",
            new ByteArrayContent(new byte[20]));

        Assert.Equal(201, (int)end.StatusCode);
        hanging.End();
        Assert.Contains((int)(await first).StatusCode, new[] { 400, 404 });
    }

    [Fact]
    public async Task Two_clients_that_push_the_same_image_both_succeed()
    {
        await using var node = await ServedRegistry.StartAsync();
        var image = Artifact.Image("same");

        var pushed = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => node.PushAsync("web", "1", image)));

        Assert.All(pushed, answer => Assert.Equal(201, (int)answer.StatusCode));
        Assert.Equal(image.Config, node.Store.Find("web:1")!.Id);
    }

    [Fact]
    public async Task What_is_not_here_is_brought_once_for_all_who_ask_and_is_here_then()
    {
        await using var node = await ServedRegistry.StartAsync(new() { PullThrough = ["*"] });
        var gate = new TaskCompletionSource();
        node.Origin.Gate = gate.Task;

        var asking = Enumerable.Range(0, 5)
            .Select(_ => node.Client.GetAsync("/v2/x/y/manifests/1?ns=ghcr.io")).ToList();
        gate.SetResult();
        var answers = await Task.WhenAll(asking);
        using var later = await node.SendAsync(HttpMethod.Head, "/v2/ghcr.io/x/y/manifests/1");

        Assert.All(answers, answer => Assert.Equal(200, (int)answer.StatusCode));
        Assert.Equal("ghcr.io", answers[0].Headers.GetValues("OCI-Namespace").Single());
        Assert.Equal(200, (int)later.StatusCode);
        Assert.True(node.Meanings.ContainsKey("ghcr.io/x/y:1"));
        Assert.InRange(node.Origin.Asked, 1, 5);
    }

    [Theory]
    [InlineData("ghcr.io/none/x", "*", 1)]
    [InlineData("ghcr.io/x/y", "docker.io", 0)]
    [InlineData("localhost/x", "*", 0)]
    public async Task What_cannot_be_brought_is_unknown(string repository, string registries, int asked)
    {
        await using var node = await ServedRegistry.StartAsync(new() { PullThrough = [registries] });

        await BlobRouteTests.IsErrorAsync(
            await node.Client.GetAsync($"/v2/{repository}/manifests/1"), 404, "MANIFEST_UNKNOWN");

        Assert.Equal(asked, node.Origin.Asked);
    }

    private static ServedRegistry.Settings With(NodeRegistryOptions options) => new()
    {
        Options = options.DiskReserve == new NodeRegistryOptions().DiskReserve
            ? options with { DiskReserve = Bytes.Zero }
            : options,
    };

    private static long SizeOf(ServedRegistry node, string place) =>
        node.Repositories.FindUpload(ImageReference.Parse("web"), place.Split('/')[^1]).Size;

    internal static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo()) await Task.Delay(5);
    }

    /// <summary>Gives some bytes, and then nothing more until it is ended.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public const int Given = 1 << 16;

        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _hasGiven;

        public override bool CanSeek => false;

        public void End() => _end.TrySetResult();

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_hasGiven)
            {
                await _end.Task.WaitAsync(cancellationToken);
                return 0;
            }

            _hasGiven = true;
            buffer.Span[..Given].Clear();
            return Given;
        }
    }
}
