using Swarm.Core;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Records;

namespace Swarm.Runtime;

/// <summary>Who is attached to containers.</summary>
internal sealed partial class EngineCore
{
    /// <summary>Whether the container or its image says where HOME is, or its user's entry does.</summary>
    public bool IsHomeGiven(ContainerRecord record)
    {
        var ofImage = _images.Find(record.ImageId.Value)?.Configuration.Environment ?? [];
        return record.Definition.Spec.Environment.Concat(ofImage)
            .Any(entry => entry.StartsWith("HOME=", StringComparison.Ordinal));
    }

    public Task<IConsoleSession> AttachAsync(
        ContainerId id, ConsoleStreams streams, CancellationToken cancellation)
    {
        var container = Get(id);
        return AtGateAsync<IConsoleSession>(
            container,
            async () =>
            {
                if (container.IsGone) Get(id);
                if (container.Record is { IsPaused: true }) GetUnpaused(id, "attach");
                var console = container.Consoles.Add(streams, ConsoleInput.Of(container.Definition.Spec));
                if (container.Record is { Phase: ContainerPhase.Running })
                    await container.Consoles.ConnectAsync(Folders.AttachSocket(id));
                return console;
            },
            cancellation);
    }
}
