using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Consoles;

namespace Swarm.Runtime.Execs;

/// <summary>Programs run in containers beside their own. Told in docs/containers.md.</summary>
/// <remarks>
/// An exec is known while this engine lives: for five minutes after it has ended, and until its container is removed.
/// The program itself outlives the engine.
/// </remarks>
public interface IContainerExecs
{
    /// <summary>Says what is to be run; nothing runs yet.</summary>
    /// <returns>Its id: 64 hexadecimal digits.</returns>
    /// <exception cref="ContainerException">The container does not run, or is paused; there is no command.</exception>
    string Create(ContainerId id, ExecDefinition definition);

    /// <exception cref="ContainerException">It is not known, or its container does not run, or is paused.</exception>
    void ExpectRunning(string exec);

    /// <summary>Starts it, with its streams discarded.</summary>
    /// <param name="size">As in <see cref="StartAsync"/>.</param>
    /// <exception cref="ContainerException">It was started before; what it asks for is not in the container; that does
    /// not run, or not any more, or is paused.</exception>
    Task StartDetachedAsync(string exec, ConsoleSize? size, CancellationToken cancellation);

    /// <summary>Starts it and attaches to it. A session that is disposed of leaves it running.</summary>
    /// <param name="size">Of its terminal, where it has one; null: as its definition says. It is set before this
    /// returns; a program that looks at once may be faster, since crun does not wait with starting it.</param>
    /// <exception cref="ContainerException">As <see cref="StartDetachedAsync"/>.</exception>
    Task<IConsoleSession> StartAsync(string exec, ConsoleSize? size, CancellationToken cancellation);

    /// <summary>Sets the size of its terminal; where it has none, does nothing.</summary>
    /// <remarks>Of one that does not run yet: for when it does.</remarks>
    /// <exception cref="ContainerException">It is not known, or has ended.</exception>
    void Resize(string exec, ConsoleSize size);

    /// <returns>Null when it is not known (any more).</returns>
    ExecState? Find(string exec);

    /// <summary>Ids of the execs of a container that have not ended.</summary>
    ImmutableArray<string> Of(ContainerId id);

    /// <summary>Waits until it has ended.</summary>
    /// <exception cref="ContainerException">It is not known.</exception>
    Task<ExecState> WaitAsync(string exec, CancellationToken cancellation);
}

/// <summary>A program to be run in a container. Null or empty means: as the container's own.</summary>
public sealed record ExecDefinition(ImmutableArray<string> Arguments)
{
    /// <summary>Which streams one who starts it gets. The error stream of a terminal is in its output.</summary>
    public ConsoleStreams Streams { get; init; } = new(false, true, true);

    public bool Tty { get; init; }

    /// <summary><c>user[:group]</c>.</summary>
    public string? User { get; init; }

    /// <summary>Entries <c>NAME=value</c>, over the container's.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    public string? WorkingDirectory { get; init; }

    /// <summary>With every capability that this host can hand on.</summary>
    public bool Privileged { get; init; }

    /// <summary>Keys by which one who attaches to it goes and leaves it running, as <c>ctrl-p,ctrl-q</c>; empty: the
    /// usual ones. The engine keeps them, and does not look at them.</summary>
    public string DetachKeys { get; init; } = "";

    /// <summary>Of its terminal, where it has one and whoever starts it says no other; null: nobody said.</summary>
    public ConsoleSize? Size { get; init; }
}

/// <param name="Pid">The host's; 0 before it starts.</param>
/// <param name="ExitCode">Null until it has ended. 127 and 126 also where it could not be started.</param>
public sealed record ExecState(
    string Id, ContainerId Container, ExecDefinition Definition, bool IsRunning, int Pid, int? ExitCode);
