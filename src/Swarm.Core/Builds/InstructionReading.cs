using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Swarm.Core.Builds;

/// <summary>What an instruction's line says.</summary>
internal static partial class InstructionReading
{
    private const string BuildKitOnly = "requires BuildKit, which is not supported";

    /// <exception cref="DockerfileException">What is wrong with it.</exception>
    public static Instruction Read(DockerfileLine line)
    {
        var instruction = ReadWord(line);
        return instruction with { Line = line.Number, Text = line.Text };
    }

    private static Instruction ReadWord(DockerfileLine line) => line.Word switch
    {
        "FROM" => ReadFrom(line),
        "RUN" => ReadRun(line),
        "CMD" => ReadCommand(line, (arguments, isShell) => new Instruction.Command(arguments, isShell)),
        "ENTRYPOINT" => ReadCommand(line, (arguments, isShell) => new Instruction.Entrypoint(arguments, isShell)),
        "LABEL" => new Instruction.Label(InstructionWords.Pairs(Flagless(line))),
        "MAINTAINER" => new Instruction.Maintainer(One(line)),
        "EXPOSE" => new Instruction.Expose(Several(line, InstructionWords.SplitPlainly(line.Rest))),
        "ENV" => new Instruction.Environment(InstructionWords.Pairs(Flagless(line))),
        "ADD" => ReadCopy(line, unpacks: true),
        "COPY" => ReadCopy(line, unpacks: false),
        "VOLUME" => ReadVolume(line),
        "USER" => new Instruction.User(One(line)),
        "WORKDIR" => new Instruction.WorkingFolder(One(line)),
        "ARG" => ReadArguments(line),
        "ONBUILD" => ReadTrigger(line),
        "STOPSIGNAL" => new Instruction.StopSignal(One(line)),
        "HEALTHCHECK" => HealthReading.Read(line),
        "SHELL" => ReadShell(line),
        _ => throw line.Wrong($"unknown instruction: {line.Word}"),
    };

    private static Instruction.From ReadFrom(DockerfileLine line)
    {
        var flags = InstructionFlags.Read(line, "platform");
        var words = InstructionWords.SplitPlainly(line.Rest);
        if (words.Length != 1 && (words.Length != 3 || !Is(words[1], "as")))
            throw line.Wrong("FROM requires either one or three arguments");
        var name = words.Length == 3 ? words[2].ToLowerInvariant() : null;
        if (name is not null && !StageName().IsMatch(name))
        {
            throw line.Wrong(
                $"invalid name for build stage: \"{words[2]}\", name can't start with a number or contain symbols");
        }

        return new Instruction.From(words[0], name, flags.GetValueOrDefault("platform"));
    }

    private static Instruction.Run ReadRun(DockerfileLine line)
    {
        if (InstructionFlags.Find(line, "mount", "network", "security") is { } flag)
            throw line.Wrong($"the --{flag} option {BuildKitOnly}");
        if (line.Rest.Length == 0) throw line.Wrong("RUN requires at least one argument");
        var list = InstructionWords.TryJson(Flagless(line), line.Rest);
        if (list is null) RefuseHeredoc(line);
        return new Instruction.Run(list ?? [line.Rest], list is null);
    }

    private static Instruction ReadCommand(
        DockerfileLine line, Func<ImmutableArray<string>, bool, Instruction> make) =>
        InstructionWords.TryJson(Flagless(line), line.Rest) is { } list
            ? make(list, false)
            : make(line.Rest.Length == 0 ? [] : [line.Rest], line.Rest.Length > 0);

    private static Instruction.Copy ReadCopy(DockerfileLine line, bool unpacks)
    {
        if (InstructionFlags.Find(line, "chmod", "link", "parents", "exclude", "checksum", "keep-git-dir") is { } flag)
            throw line.Wrong($"the --{flag} option {BuildKitOnly}");
        var flags = unpacks ? InstructionFlags.Read(line, "chown") : InstructionFlags.Read(line, "chown", "from");
        var list = InstructionWords.TryJson(line, line.Rest);
        if (list is null) RefuseHeredoc(line);
        var words = list ?? InstructionWords.Split(line.Rest, line.Escape);
        if (words.Length < 2)
        {
            throw line.Wrong(
                $"{line.Word} requires at least two arguments"
                + (words.Length == 1 ? ", but only one was provided. Destination could not be determined" : ""));
        }

        return new Instruction.Copy(
            words[..^1], words[^1], flags.GetValueOrDefault("chown"), unpacks, flags.GetValueOrDefault("from"));
    }

    private static Instruction.Volume ReadVolume(DockerfileLine line)
    {
        var paths = Several(
            line, InstructionWords.TryJson(line, line.Rest) ?? InstructionWords.SplitPlainly(line.Rest));
        return paths.Any(string.IsNullOrWhiteSpace)
            ? throw line.Wrong("VOLUME specified can not be an empty string")
            : new Instruction.Volume(paths);
    }

    private static Instruction.Argument ReadArguments(DockerfileLine line)
    {
        var declared = Several(line, InstructionWords.Split(line.Rest, line.Escape)).Select(word =>
        {
            var at = word.IndexOf('=', StringComparison.Ordinal);
            return at switch
            {
                0 => throw line.Wrong("ARG names can not be blank"),
                < 0 => new DeclaredArgument(word, null),
                _ => new DeclaredArgument(word[..at], word[(at + 1)..]),
            };
        });
        return new Instruction.Argument([.. declared]);
    }

    private static Instruction.OnBuild ReadTrigger(DockerfileLine line)
    {
        if (line.Rest.Length == 0) throw line.Wrong("ONBUILD requires at least one argument");
        var trigger = DockerfileLines.Parse(line.Number, line.Rest, line.Escape);
        switch (trigger.Word)
        {
            case "ONBUILD": throw line.Wrong("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
            case "FROM" or "MAINTAINER": throw line.Wrong($"{trigger.Word} isn't allowed as an ONBUILD trigger");
            default:
                Read(trigger);
                return new Instruction.OnBuild(line.Rest);
        }
    }

    private static Instruction.Shell ReadShell(DockerfileLine line)
    {
        var list = InstructionWords.TryJson(Flagless(line), line.Rest)
            ?? throw line.Wrong("SHELL requires the arguments to be in JSON form");
        return list.IsEmpty ? throw line.Wrong("SHELL requires at least one argument") : new Instruction.Shell(list);
    }

    private static void RefuseHeredoc(DockerfileLine line)
    {
        foreach (var word in InstructionWords.Split(line.Rest, line.Escape))
        {
            if (Heredoc().IsMatch(word)) throw line.Wrong($"the here-document {word} {BuildKitOnly}");
        }
    }

    private static DockerfileLine Flagless(DockerfileLine line)
    {
        InstructionFlags.Read(line);
        return line;
    }

    private static string One(DockerfileLine line) => Flagless(line).Rest is { Length: > 0 } rest
        ? rest
        : throw line.Wrong($"{line.Word} requires exactly one argument");

    private static ImmutableArray<string> Several(DockerfileLine line, ImmutableArray<string> words) =>
        words.IsEmpty ? throw Flagless(line).Wrong($"{line.Word} requires at least one argument") : words;

    private static bool Is(string word, string other) => word.Equals(other, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\A[a-z][a-z0-9-_.]*\z")]
    private static partial Regex StageName();

    [GeneratedRegex("""\A\d*<<-?(?:[A-Za-z_][\w.]*|'[A-Za-z_][\w.]*'|"[A-Za-z_][\w.]*")\z""")]
    private static partial Regex Heredoc();
}
