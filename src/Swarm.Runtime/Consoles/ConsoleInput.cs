using Swarm.Core.Containers;

namespace Swarm.Runtime.Consoles;

/// <summary>What a container does with input.</summary>
/// <param name="EndsWithSession">Whether its input ends when the session that brought it does.</param>
internal sealed record ConsoleInput(bool IsOpen, bool IsTerminal, bool EndsWithSession)
{
    public static ConsoleInput Of(ContainerSpec spec) =>
        new(spec.OpenStdin, spec.Tty, spec is { OpenStdin: true, StdinOnce: true, Tty: false });
}
