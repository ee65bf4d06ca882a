using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Cluster.Services;

/// <summary>Deployments that wait to learn which image their name means.</summary>
internal sealed class ImagePins
{
    /// <summary>More do not wait: they run their image by its name.</summary>
    private const int Most = 64;

    private readonly List<Waiting> _waiting = [];

    public bool IsEmpty => _waiting.Count == 0;

    /// <returns>Of which name it is to be asked what it means; null when there is nothing to ask.</returns>
    public ImageReference? Add(DeployService command, IActorRef asking)
    {
        var container = command.Spec.Container;
        if (container.PinnedImage is not null || _waiting.Count >= Most
            || !ImageReference.TryParse(container.Image, out var name, out _))
        {
            return null;
        }

        _waiting.Add(new Waiting(command, asking, name));
        return name;
    }

    /// <summary>The deployments that can go on, in the order in which they came.</summary>
    public IReadOnlyList<(DeployService Command, IActorRef Asking)> Answered(ImageMeaning meaning) => Take(
        one => one.Name.Digest is null && one.Name.Repository == meaning.Repository && one.Name.Tag == meaning.Tag,
        meaning.ImageId);

    /// <inheritdoc cref="Answered(ImageMeaning)"/>
    public IReadOnlyList<(DeployService Command, IActorRef Asking)> Answered(ImageReference name, Digest? imageId) =>
        Take(one => one.Name == name, imageId);

    /// <summary>A deployment that has waited long enough, if it still waits.</summary>
    public IReadOnlyList<(DeployService Command, IActorRef Asking)> GiveUp(RequestId request) =>
        Take(one => one.Command.Request == request, imageId: null);

    private List<(DeployService, IActorRef)> Take(Predicate<Waiting> which, Digest? imageId)
    {
        var taken = _waiting.FindAll(which);
        _waiting.RemoveAll(which);
        return [.. taken.Select(one => (Pin(one.Command, imageId), one.Asking))];
    }

    private static DeployService Pin(DeployService command, Digest? imageId) =>
        command with { Spec = command.Spec with { Container = command.Spec.Container with { PinnedImage = imageId } } };

    private sealed record Waiting(DeployService Command, IActorRef Asking, ImageReference Name);
}
