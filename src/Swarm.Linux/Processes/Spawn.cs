using System.Collections.Immutable;

namespace Swarm.Linux.Processes;

/// <summary>A program to be started, and what it gets along.</summary>
/// <param name="Program">Full path.</param>
/// <param name="Arguments">Without the program's own name.</param>
public sealed record Spawn(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>Entries <c>NAME=value</c>: all there are, nothing is inherited.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary>Null stays in this process' own.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>Descriptor for standard input; null means there is none.</summary>
    public FileDescriptor? Input { get; init; }

    /// <summary>File for standard output and error, emptied first; null discards both.</summary>
    public string? OutputPath { get; init; }

    /// <summary>Descriptor for standard output and error, before <see cref="OutputPath"/>.</summary>
    public FileDescriptor? Output { get; init; }

    /// <summary>Descriptor for standard error; null sends it where standard output goes.</summary>
    public FileDescriptor? Error { get; init; }

    /// <summary>Becomes descriptor 3.</summary>
    public FileDescriptor? Third { get; init; }

    /// <summary>Becomes descriptor 4.</summary>
    public FileDescriptor? Fourth { get; init; }

    /// <summary>How soon it is killed for want of memory, from -1000 (never) to 1000; null leaves it as this process'
    /// own. One that this process may not set is passed over.</summary>
    public int? OutOfMemoryScore { get; init; }
}
