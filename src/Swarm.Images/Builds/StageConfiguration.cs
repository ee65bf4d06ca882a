using System.Collections.Immutable;
using System.Diagnostics;
using Swarm.Core.Builds;
using Swarm.Core.Containers;

namespace Swarm.Images.Builds;

/// <summary>What an image of a build says of how it is to be run, and how instructions change that.</summary>
/// <remarks>Pure. https://docs.docker.com/reference/dockerfile/</remarks>
/// <param name="HasCommand">Whether the stage has set the command itself: a new entrypoint leaves it then.</param>
public sealed record StageConfiguration(ImageConfiguration Image, bool HasCommand = false)
{
    private static readonly ImmutableArray<string> DefaultShell = ["/bin/sh", "-c"];

    /// <summary>What runs command lines.</summary>
    public ImmutableArray<string> Shell => Image.Shell.IsEmpty ? DefaultShell : Image.Shell;

    /// <summary>The value of a variable of its environment; null where it is not set.</summary>
    public string? FindVariable(string name) => Image.Environment
        .LastOrDefault(entry => entry.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    /// <summary>The arguments of a program, with the shell where it is one line.</summary>
    public ImmutableArray<string> Program(ImmutableArray<string> arguments, bool isShell) =>
        isShell ? [.. Shell, .. arguments] : arguments;

    /// <summary>Applies an instruction that changes no files; its variables have their values.</summary>
    /// <returns>The next configuration, and the instruction in its whole form.</returns>
    /// <exception cref="DockerfileException">It asks for what cannot be.</exception>
    public (StageConfiguration Next, string Told) Apply(Instruction instruction) => instruction switch
    {
        Instruction.Environment one => (
            With(Image with { Environment = Merge(Image.Environment, one.Pairs) }), Tell("ENV", one.Pairs)),
        Instruction.Label one => (
            With(Image with
            {
                Labels = Image.Labels.SetItems(
                    one.Pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))),
            }),
            Tell("LABEL", one.Pairs)),
        Instruction.Maintainer one => (With(Image with { Author = one.Name }), $"MAINTAINER {one.Name}"),
        Instruction.Expose one => Expose(one),
        Instruction.Command one => (
            new StageConfiguration(Image with { Command = Program(one.Arguments, one.IsShell) }, HasCommand: true),
            $"CMD {Quoted(Program(one.Arguments, one.IsShell))}"),
        Instruction.Entrypoint one => (
            With(Image with
            {
                Entrypoint = Program(one.Arguments, one.IsShell),
                Command = HasCommand ? Image.Command : [],
            }),
            $"ENTRYPOINT {Quoted(Program(one.Arguments, one.IsShell))}"),
        Instruction.Volume one => (
            With(Image with { Volumes = [.. Image.Volumes.Union(one.Paths, StringComparer.Ordinal)] }),
            $"VOLUME {Plain(one.Paths)}"),
        Instruction.User one => (With(Image with { User = one.Name }), $"USER {one.Name}"),
        Instruction.WorkingFolder one => SetFolder(BuildPaths.From(Image.WorkingDirectory, one.Path)),
        Instruction.StopSignal one => (With(Image with { StopSignal = one.Signal }), $"STOPSIGNAL {one.Signal}"),
        Instruction.Health one => (With(Image with { HealthCheck = one.Check }), Tell(one.Check)),
        Instruction.Shell one => (With(Image with { Shell = one.Arguments }), $"SHELL {Plain(one.Arguments)}"),
        Instruction.OnBuild one => (
            With(Image with { OnBuild = Image.OnBuild.Add(one.Trigger) }), $"ONBUILD {one.Trigger}"),
        Instruction.Argument one => (this, $"ARG {string.Join(' ', one.Declared.Select(Tell))}"),
        _ => throw new UnreachableException($"no way to apply {instruction}"),
    };

    private StageConfiguration With(ImageConfiguration image) => this with { Image = image };

    private (StageConfiguration, string) SetFolder(string path) =>
        (With(Image with { WorkingDirectory = path }), $"WORKDIR {path}");

    private (StageConfiguration, string) Expose(Instruction.Expose expose)
    {
        ImmutableArray<string> ports =
            [.. expose.Ports.SelectMany(port => ExposedPorts.Parse(port)).Distinct().Order(StringComparer.Ordinal)];
        return (
            With(Image with { ExposedPorts = [.. Image.ExposedPorts.Union(ports, StringComparer.Ordinal)] }),
            $"EXPOSE {string.Join(' ', expose.Ports.Order(StringComparer.Ordinal))}");
    }

    private static ImmutableArray<string> Merge(ImmutableArray<string> environment, ImmutableArray<NamedValue> pairs)
    {
        var merged = environment.ToList();
        foreach (var (name, value) in pairs)
        {
            var entry = $"{name}={value}";
            var at = merged.FindIndex(known => known.StartsWith(name + "=", StringComparison.Ordinal));
            if (at < 0) merged.Add(entry);
            else merged[at] = entry;
        }

        return [.. merged];
    }

    private static string Tell(string word, ImmutableArray<NamedValue> pairs) =>
        $"{word} {string.Join(' ', pairs.Select(pair => $"{pair.Name}={pair.Value}"))}";

    private static string Tell(DeclaredArgument argument) =>
        argument.Default is null ? argument.Name : $"{argument.Name}={argument.Default}";

    /// <remarks>As Docker, which writes what it keeps: zero is what was not said.</remarks>
    private static string Tell(HealthCheck check)
    {
        string[] told =
        [
            Quoted(check.Test),
            Time(HealthTerms.Interval),
            Time(HealthTerms.Timeout),
            Time(HealthTerms.StartPeriod),
            Time(HealthTerms.StartInterval),
            GoWords.Quoted(check.ToldRetries() ?? 0),
        ];
        return $"HEALTHCHECK &{{{string.Join(' ', told)}}}";

        string Time(HealthTerms term) => GoWords.Quoted(GoWords.Of(check.Told(term) ?? TimeSpan.Zero));
    }

    private static string Quoted(ImmutableArray<string> texts) => $"[{string.Join(' ', texts.Select(GoWords.Quoted))}]";

    /// <remarks>What could be taken for several is quoted: steps are found again by what is told of them.</remarks>
    private static string Plain(ImmutableArray<string> texts) => $"[{string.Join(' ', texts.Select(
        text => IsOneWord(text) ? text : GoWords.Quoted(text)))}]";

    private static bool IsOneWord(string text) => text.Length > 0 && text.All(letter => letter is > ' ' and not '"');
}
