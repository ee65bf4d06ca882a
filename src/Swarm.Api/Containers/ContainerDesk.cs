using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Api.Images;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>Where requests meet the node: it is asked for what is to be done, and refusals become errors of
/// HTTP.</summary>
/// <param name="node">Takes every <see cref="IStandaloneCommand"/>.</param>
internal sealed class ContainerDesk(IActorRef node, IContainerEngine engine, IImageStore images)
{
    /// <summary>Starting may have to wait for its turn, and for disks.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Timers of the framework know 49 days. Who gives more time than this is waited for until it is done.
    /// </summary>
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(40);

    public IContainerEngine Engine => engine;

    /// <param name="platform">For which it must be; empty where that is the same.</param>
    /// <exception cref="ApiException">The image is not on this host: in words at which clients pull it.</exception>
    /// <exception cref="ImageException">It is no platform.</exception>
    public StoredImage RequireImage(string name, string platform)
    {
        var image = images.Find(name)
            ?? throw MissingImage.Tell(name);
        if (platform.Length == 0 || image.IsFor(platform)) return image;
        throw new ApiException(
            StatusCodes.Status404NotFound,
            $"image with reference {name} was found but its platform ({image.Platform}) does not match the specified "
            + $"platform ({platform})");
    }

    /// <returns>Null where the container's image is gone.</returns>
    public StoredImage? FindImage(ContainerState container) => images.Find(container.ImageId.Value);

    public async Task<ShownContainer> ShowAsync(string named, CancellationToken cancellation)
    {
        var state = engine.Get(named);
        var own = (await ListOwnAsync(cancellation)).Containers.GetValueOrDefault(state.Id);
        return new ShownContainer(state, own)
        {
            Image = FindImage(state),
            Seen = engine.Health.Find(state.Id),
            Networks = engine.Networks.List(),
            Links = LinksOf(state),
            Places = await engine.Files.FindPlacesAsync(state.Id, cancellation),
        };
    }

    /// <summary>Refuses one that has ended and waits for its restart: what is asked for needs one that runs.</summary>
    /// <exception cref="ApiException">It is one: in words that tell of it, for "not running" would be half of it.
    /// </exception>
    public async Task RefuseRestartingAsync(ContainerState container, CancellationToken cancellation)
    {
        if (container.Phase == ContainerPhase.Running) return;
        var own = (await ListOwnAsync(cancellation)).Containers.GetValueOrDefault(container.Id);
        if (!new ShownContainer(container, own).IsRestarting) return;
        throw new ApiException(
            StatusCodes.Status409Conflict,
            $"Container {container.Id.Value} is restarting, wait until the container is running");
    }

    /// <summary>Every container of this host, newest first.</summary>
    public async Task<IReadOnlyList<ShownContainer>> ListAsync(CancellationToken cancellation)
    {
        var own = (await ListOwnAsync(cancellation)).Containers;
        var known = new Dictionary<string, StoredImage?>(StringComparer.Ordinal);
        StoredImage? Find(string named) =>
            known.TryGetValue(named, out var image) ? image : known[named] = FindOne(named);

        var networks = engine.Networks.List();
        var all = engine.List();
        var links = LinkNames(all);
        return
        [
            .. all.Select(state => new ShownContainer(state, own.GetValueOrDefault(state.Id))
            {
                Image = Find(state.ImageId.Value),
                ImageName = Find(state.Definition.Spec.Image)?.Id == state.ImageId
                    ? state.Definition.Spec.Image
                    : state.ImageId.Value,
                Seen = engine.Health.Find(state.Id),
                Networks = networks,
                LinkNames = [.. links[state.Id.Value]],
            }),
        ];
    }

    /// <returns>Null also for the beginning of an id that several images have: when a container was made by it, there
    /// may have been one.</returns>
    private StoredImage? FindOne(string named)
    {
        try
        {
            return images.Find(named);
        }
        catch (ImageException several) when (several.Fault == ImageFault.Ambiguous)
        {
            return null;
        }
    }

    /// <summary>Finds out which of this host's containers are of an image, or of one that was built from it here.
    /// </summary>
    /// <returns>None where there is no such image.</returns>
    public Func<ShownContainer, bool> MadeFrom(string named)
    {
        if (images.Find(named) is not { Id: var wanted }) return _ => false;
        var known = new Dictionary<Digest, bool> { [wanted] = true };
        bool Is(Digest id)
        {
            if (known.TryGetValue(id, out var isOne)) return isOne;
            return known[id] = images.Find(id.Value) is not null && images.Examine(id.Value).Parent is { } parent
                && Is(parent);
        }

        return container => Is(container.State.ImageId);
    }

    /// <summary>Asks for something, and waits until it is done.</summary>
    /// <param name="grace">How much longer than usual it may take; negative: for ever.</param>
    /// <returns>False when it was so already.</returns>
    /// <exception cref="ApiException">The node's refusal.</exception>
    public async Task<bool> AskAsync(
        IStandaloneCommand command, CancellationToken cancellation, TimeSpan grace = default)
    {
        var timeout = grace < TimeSpan.Zero || grace > LongestGrace ? Timeout.InfiniteTimeSpan : Patience + grace;
        var answer = await node.Ask<StandaloneAnswer>(command, timeout, cancellation);
        return answer switch
        {
            StandaloneAnswer.Done done => done.Changed,
            StandaloneAnswer.Refused refused => throw new ApiException(StatusOf(refused.Fault), refused.Reason),
            _ => throw new System.Diagnostics.UnreachableException($"no way to answer {answer}"),
        };
    }

    /// <summary>Bytes of a container's writable layer; none where it is gone by now.</summary>
    public async Task<Bytes> SizeAsync(ContainerState container, CancellationToken cancellation)
    {
        try
        {
            return await engine.Files.WritableSizeAsync(container.Id, cancellation);
        }
        catch (ContainerException gone) when (gone.Fault is ContainerFault.NotFound or ContainerFault.ImageNotFound)
        {
            return Bytes.Zero;
        }
    }

    public async Task<ContainerSizes> SizesAsync(ShownContainer shown, CancellationToken cancellation)
    {
        var own = await SizeAsync(shown.State, cancellation);
        return new ContainerSizes(own, new Bytes(own.Value + (shown.Image?.Size.Value ?? 0)));
    }

    public static int StatusOf(ContainerFault fault) => fault switch
    {
        ContainerFault.NotFound or ContainerFault.ImageNotFound => StatusCodes.Status404NotFound,
        ContainerFault.Conflict or ContainerFault.WrongPhase => StatusCodes.Status409Conflict,
        ContainerFault.Invalid => StatusCodes.Status400BadRequest,
        ContainerFault.ReadOnly => StatusCodes.Status403Forbidden,
        ContainerFault.Forbidden => StatusCodes.Status403Forbidden,
        ContainerFault.Unsupported => StatusCodes.Status501NotImplemented,
        _ => StatusCodes.Status500InternalServerError,
    };

    public static ContainerId NewId() => new(
        Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));

    /// <summary>For the id of a container, what those that are linked to it call it.</summary>
    private static ILookup<string, string> LinkNames(ImmutableArray<ContainerState> containers) => (
        from owner in containers
        where NetworkReading.HasLinksOfDefault(owner.Definition.Spec)
        from link in owner.Definition.Spec.Links
        select (link.Container, Name: $"{owner.Definition.Name}/{link.Alias}"))
        .ToLookup(link => link.Container, link => link.Name);

    /// <summary>By the names that the others have now, or had last.</summary>
    private ImmutableArray<string> LinksOf(ContainerState state) =>
    [
        .. from link in state.Definition.Spec.Links
           let name = engine.Find(new ContainerId(link.Container))?.Definition.Name ?? link.Name
           where name.Length > 0
           select $"/{name}:/{state.Definition.Name}/{link.Alias}",
    ];

    private Task<StandaloneList> ListOwnAsync(CancellationToken cancellation) =>
        node.Ask<StandaloneList>(new GetStandalone(), Patience, cancellation);
}
