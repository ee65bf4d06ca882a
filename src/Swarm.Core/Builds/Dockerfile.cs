using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Core.Builds;

/// <summary>A Dockerfile, read.</summary>
/// <param name="Escape">What takes the next character's meaning away.</param>
/// <param name="Arguments">Those before the first stage.</param>
public sealed record Dockerfile(
    char Escape, ImmutableArray<Instruction.Argument> Arguments, ImmutableArray<BuildStage> Stages)
{
    /// <exception cref="DockerfileException">What is wrong and where.</exception>
    public static Dockerfile Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (escape, lines) = DockerfileLines.Read(text);
        var arguments = ImmutableArray.CreateBuilder<Instruction.Argument>();
        List<(Instruction.From From, List<Instruction> Steps)> stages = [];
        foreach (var line in lines)
        {
            switch (InstructionReading.Read(line))
            {
                case Instruction.From from: stages.Add((from, [])); break;
                case Instruction.Argument argument when stages.Count == 0: arguments.Add(argument); break;
                case var _ when stages.Count == 0: throw line.Wrong("no build stage in current context");
                case var step: stages[^1].Steps.Add(step); break;
            }
        }

        return new Dockerfile(
            escape, arguments.ToImmutable(), [.. stages.Select(stage => new BuildStage(stage.From, [.. stage.Steps]))]);
    }

    /// <summary>One instruction alone, as an image's triggers are kept.</summary>
    /// <exception cref="DockerfileException">What is wrong with it.</exception>
    public static Instruction ParseOne(string text, char escape = '\\')
    {
        ArgumentNullException.ThrowIfNull(text);
        return InstructionReading.Read(DockerfileLines.Parse(1, text, escape));
    }

    /// <summary>Without the stages that come after the one that is wanted.</summary>
    /// <param name="target">The stage's name or number; empty for the last one.</param>
    /// <exception cref="DockerfileException">There is no such stage.</exception>
    public Dockerfile UpTo(string target)
    {
        if (string.IsNullOrEmpty(target))
        {
            return Stages.IsEmpty
                ? throw new DockerfileException("no build stage in current context")
                : this;
        }

        return FindStage(target, Stages.Length) is { } index
            ? this with { Stages = Stages[..(index + 1)] }
            : throw new DockerfileException($"failed to reach build target {target} in Dockerfile");
    }

    /// <summary>The last stage of a name among the first ones, or the one of a number.</summary>
    public int? FindStage(string nameOrNumber, int among)
    {
        for (var at = Math.Min(among, Stages.Length) - 1; at >= 0; at--)
        {
            if (string.Equals(Stages[at].From.Name, nameOrNumber, StringComparison.OrdinalIgnoreCase)) return at;
        }

        return int.TryParse(nameOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < Math.Min(among, Stages.Length)
            ? number
            : null;
    }

    /// <summary>Why a number means no stage from which one may copy; null where it does, and for any other name.
    /// </summary>
    /// <param name="among">How many stages there are before the one that copies.</param>
    public string? WhyNoStage(string nameOrNumber, int among)
    {
        if (FindStage(nameOrNumber, among) is not null
            || !int.TryParse(nameOrNumber, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return null;
        return number == among ? "refers to current build stage" : "index out of bounds";
    }

    /// <summary>How many steps it has, as they are counted for people.</summary>
    public int StepCount => Arguments.Length + Stages.Sum(stage => 1 + stage.Steps.Length);
}

/// <summary>One stage: an image to begin with, and what is done to it.</summary>
public sealed record BuildStage(Instruction.From From, ImmutableArray<Instruction> Steps);
