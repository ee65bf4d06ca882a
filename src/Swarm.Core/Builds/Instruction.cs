using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Core.Builds;

/// <summary>One instruction of a Dockerfile. Values are as written: variables and quotes are still in them.</summary>
/// <remarks>https://docs.docker.com/reference/dockerfile/</remarks>
public abstract record Instruction
{
    private Instruction()
    {
    }

    /// <summary>Where it begins, from 1.</summary>
    public int Line { get; init; }

    /// <summary>All of it, its lines joined.</summary>
    public string Text { get; init; } = "";

    /// <param name="Name">What later stages call it; null without.</param>
    public sealed record From(string Image, string? Name, string? Platform) : Instruction;

    /// <param name="IsShell">Whether it is one line for a shell, and no list of arguments.</param>
    public sealed record Run(ImmutableArray<string> Arguments, bool IsShell) : Instruction;

    public sealed record Command(ImmutableArray<string> Arguments, bool IsShell) : Instruction;

    public sealed record Entrypoint(ImmutableArray<string> Arguments, bool IsShell) : Instruction;

    public sealed record Label(ImmutableArray<NamedValue> Pairs) : Instruction;

    public sealed record Maintainer(string Name) : Instruction;

    public sealed record Expose(ImmutableArray<string> Ports) : Instruction;

    public sealed record Environment(ImmutableArray<NamedValue> Pairs) : Instruction;

    /// <param name="Unpacks">Whether archives are unpacked and addresses are fetched: ADD, and not COPY.</param>
    /// <param name="Origin">The stage or image to copy from; null takes the context.</param>
    public sealed record Copy(
        ImmutableArray<string> Sources, string Target, string? Owner, bool Unpacks, string? Origin) : Instruction;

    public sealed record Volume(ImmutableArray<string> Paths) : Instruction;

    public sealed record User(string Name) : Instruction;

    public sealed record WorkingFolder(string Path) : Instruction;

    /// <param name="Declared">A value that is null is to be given, or there is none.</param>
    public sealed record Argument(ImmutableArray<DeclaredArgument> Declared) : Instruction;

    /// <param name="Trigger">The instruction that images built from this one begin with.</param>
    public sealed record OnBuild(string Trigger) : Instruction;

    public sealed record StopSignal(string Signal) : Instruction;

    public sealed record Health(HealthCheck Check) : Instruction;

    public sealed record Shell(ImmutableArray<string> Arguments) : Instruction;
}

/// <summary>A pair as <c>ENV</c> and <c>LABEL</c> have them.</summary>
public sealed record NamedValue(string Name, string Value);

/// <summary>A name that <c>ARG</c> declares.</summary>
/// <param name="Default">Null without.</param>
public sealed record DeclaredArgument(string Name, string? Default);
