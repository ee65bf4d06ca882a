using System.Collections.Immutable;

namespace Swarm.Core.Builds;

/// <summary>Puts values in the place of the variables of an instruction, where it has such.</summary>
public static class InstructionExpansion
{
    /// <remarks>What programs are run with is left to their shell, as in Docker.</remarks>
    /// <param name="find">The value of a variable; null where it is not set.</param>
    /// <exception cref="DockerfileException">What is wrong, and with which instruction.</exception>
    public static Instruction Expand(this Instruction instruction, char escape, Func<string, string?> find)
    {
        ArgumentNullException.ThrowIfNull(instruction);
        string One(string text) => WordExpansion.Expand(text, escape, find);
        ImmutableArray<string> Each(ImmutableArray<string> texts) => [.. texts.Select(One)];
        ImmutableArray<NamedValue> Pairs(ImmutableArray<NamedValue> pairs) =>
            [.. pairs.Select(pair => new NamedValue(One(pair.Name), One(pair.Value)))];
        try
        {
            return instruction switch
            {
                Instruction.Label label => label with { Pairs = Pairs(label.Pairs) },
                Instruction.Environment environment => environment with { Pairs = Pairs(environment.Pairs) },
                Instruction.Expose expose => expose with
                {
                    Ports = [.. expose.Ports.SelectMany(port => WordExpansion.ExpandWords(port, escape, find))],
                },
                Instruction.Copy copy => copy with
                {
                    Sources = Each(copy.Sources),
                    Target = One(copy.Target),
                    Owner = copy.Owner is null ? null : One(copy.Owner),
                },
                Instruction.Volume volume => volume with { Paths = Each(volume.Paths) },
                Instruction.User user => user with { Name = One(user.Name) },
                Instruction.WorkingFolder folder => folder with { Path = One(folder.Path) },
                Instruction.StopSignal signal => signal with { Signal = One(signal.Signal) },
                Instruction.Argument argument => argument with
                {
                    Declared =
                    [
                        .. argument.Declared.Select(one => new DeclaredArgument(
                            One(one.Name), one.Default is null ? null : One(one.Default))),
                    ],
                },
                Instruction.From begin => begin with
                {
                    Image = One(begin.Image),
                    Platform = begin.Platform is null ? null : One(begin.Platform),
                },
                _ => instruction,
            };
        }
        catch (DockerfileException wrong)
        {
            throw new DockerfileException($"failed to process \"{instruction.Text}\": {wrong.Message}");
        }
    }
}
