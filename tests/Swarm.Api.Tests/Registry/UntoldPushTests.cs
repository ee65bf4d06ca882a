using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Api.Images;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Api.Tests.Registry;

/// <summary>Pushes that were acknowledged, and of which the cluster has not heard before swarmd went.</summary>
public sealed class UntoldPushTests : IAsyncLifetime
{
    private static readonly ImageReference Web = ImageReference.Parse("web:1");

    private readonly ActorSystem _system = ActorSystem.Create("untold");
    private readonly Cluster _cluster = new();
    private readonly Artifact _image = Artifact.Image("here");
    private ServedRegistry _node = null!;
    private byte[] _list = [];

    public async Task InitializeAsync()
    {
        _node = await ServedRegistry.StartAsync();
        await _node.PushAsync("web", _image.Digest.Value, _image);
        var other = Artifact.Image("there", "riscv64");
        await _node.PushAsync("web", other.Digest.Value, other);
        _list = Artifact.Index(_image, other);
        using var pushed = await _node.PutManifestAsync("web", "1", _list, Artifact.IndexType);
    }

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task Another_list_for_the_same_image_is_told_after_a_restart_and_not_given_up_before()
    {
        _cluster.Meaning = Meaning(_image.Config, Digest.Of("list before"u8));
        var names = Start();
        Assert.False(names.IsKept(Web));

        await RunAsync(names, () => _node.Store.UntoldManifestOf(Web, _image.Config) is null);

        Assert.Equal(Digest.Of(_list), Assert.Single(_cluster.Told).Manifest);
        Assert.True(names.IsKept(Web));
        Assert.Equal(Digest.Of(_list), _node.Store.ManifestOf(Web));
    }

    [Fact]
    public async Task What_another_node_gave_the_tag_to_since_stands()
    {
        _cluster.Meaning = Meaning(Digest.Of("another image"u8), Digest.Of("its list"u8));
        var names = Start();

        await RunAsync(names, () => _node.Store.UntoldManifestOf(Web, _image.Config) is null);

        Assert.Empty(_cluster.Told);
        Assert.True(names.IsKept(Web));
    }

    [Fact]
    public async Task A_name_that_is_given_to_the_same_image_again_keeps_the_list_that_waits_to_be_told()
    {
        var names = Start();
        _cluster.Refusal = "nobody is there";
        Assert.NotNull(await names.NameAsync(Web, _image.Config, Digest.Of(_list), CancellationToken.None));
        _cluster.Refusal = null;

        Assert.Null(await ((IImageNames)names).NameAsync(Web, _image.Config, CancellationToken.None));

        Assert.Equal(Digest.Of(_list), Assert.Single(_cluster.Told).Manifest);
        Assert.True(names.IsKept(Web));
    }

    /// <summary>As swarmd does when it starts: what was told before is known from the store alone.</summary>
    private ClusterImageNames Start() => new(
        _system.ActorOf(Props.Create(() => new Entity(_cluster))), _node.Store, new NodeId("node1"),
        TimeProvider.System, NullLogger<ClusterImageNames>.Instance);

    private static async Task RunAsync(ClusterImageNames names, Func<bool> isDone)
    {
        using var stopping = new CancellationTokenSource();
        var running = names.RunAsync(stopping.Token);
        await HostileClientTests.UntilAsync(isDone).WaitAsync(TimeSpan.FromSeconds(30));
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static ImageMeaning Meaning(Digest image, Digest manifest) =>
        new(Web.Repository, Web.Tag!, image, [new NodeId("node1")])
        {
            Origin = ImageOrigin.Cluster,
            Manifest = manifest,
        };

    /// <summary>What the cluster knows, and was told.</summary>
    private sealed class Cluster
    {
        public string? Refusal { get; set; }

        public ImageMeaning? Meaning { get; set; }

        public List<NameImage> Told { get; } = [];
    }

    private sealed class Entity(Cluster cluster) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case IImageMessage when cluster.Refusal is { } refusal:
                    Sender.Tell(new RequestRefused(refusal));
                    break;
                case NameImage name:
                    cluster.Told.Add(name);
                    Sender.Tell(new ImageNamed(name.Request, name.Repository, name.Tag));
                    break;
                case GetImage asked:
                    Sender.Tell(cluster.Meaning ?? new ImageMeaning(asked.Repository, asked.Tag, null, []));
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }
}
