using System.Collections.Concurrent;
using Akka.Actor;
using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Api.Tests;

/// <summary>What a cluster knows of image names, in memory.</summary>
internal sealed class FakeImageEntities(ConcurrentDictionary<string, Digest> meanings, string? refusal) : UntypedActor
{
    public static Props Props(ConcurrentDictionary<string, Digest> meanings, string? refusal) =>
        Akka.Actor.Props.Create(() => new FakeImageEntities(meanings, refusal));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IImageMessage when refusal is not null:
                Sender.Tell(new RequestRefused(refusal));
                break;
            case NameImage name:
                meanings[$"{name.Repository}:{name.Tag}"] = name.ImageId;
                Sender.Tell(new ImageNamed(name.Request, name.Repository, name.Tag));
                break;
            case UnnameImage { ImageId: { } image } name:
                meanings.TryRemove(KeyValuePair.Create($"{name.Repository}:{name.Tag}", image));
                Sender.Tell(new ImageNamed(name.Request, name.Repository, name.Tag));
                break;
            case GetImage asked:
                Digest? known = meanings.TryGetValue($"{asked.Repository}:{asked.Tag}", out var meant) ? meant : null;
                Sender.Tell(new ImageMeaning(asked.Repository, asked.Tag, known, []));
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
