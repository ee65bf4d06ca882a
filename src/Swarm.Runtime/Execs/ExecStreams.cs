using Swarm.Linux;

namespace Swarm.Runtime.Execs;

/// <summary>The engine's ends of an exec's streams; null where there is none.</summary>
/// <param name="Terminal">The same as <paramref name="Output"/>, where it has a terminal.</param>
internal sealed record ExecStreams(
    FileDescriptor? Input, FileDescriptor? Output, FileDescriptor? Error, FileDescriptor? Terminal);
