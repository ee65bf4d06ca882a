using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Cluster.Services;

/// <content>What the entity logs, and what it says to itself.</content>
internal sealed partial class ServiceEntity
{
    [LoggerMessage(LogLevel.Information, "Service {Service} is decided on this node from now on")]
    private partial void LogDecidedHere(ServiceName service);

    [LoggerMessage(LogLevel.Error, "The journal did not take a change of service {Service}")]
    private partial void LogNotKept(ServiceName service, Exception cause);

    [LoggerMessage(LogLevel.Warning,
        "Which image {Image} is was not found out for service {Service}, whose first task finds it: {Reason}")]
    private partial void LogNotPinned(ServiceName service, ImageReference image, string reason);

    [LoggerMessage(LogLevel.Warning, "No snapshot of service {Service} could be kept; its events are")]
    private partial void LogSnapshotFailed(ServiceName service, Exception cause);

    [LoggerMessage(LogLevel.Warning, "Old events of service {Service} could not be deleted")]
    private partial void LogNotTrimmed(ServiceName service, Exception cause);

    private abstract record Own : INoSerializationVerificationNeeded;

    private sealed record Wake : Own;

    private sealed record Resend : Own;

    private sealed record AskEligible : Own;

    private sealed record PrepareNow : Own;

    private sealed record Publish : Own;

    private sealed record Forget : Own;

    private sealed record Pinned(DeployService Command, IActorRef Asking) : Own;

    private sealed record PinLate(RequestId Request) : Own;

    private sealed record DigestSeen(ImageReference Name, Digest? ImageId) : Own;

    private sealed record DigestUnseen(ImageReference Name, string Reason) : Own;
}
