using System.Text.RegularExpressions;

namespace Swarm.Tidy;

/// <summary>What a machine can check of how the source is written.</summary>
public sealed partial class SourceShapeTests
{
    private const int LongestFile = 300;
    private const int LongestMethod = 50;
    private const int WidestLine = 120;

    private static IEnumerable<string> Sources => Repository.Files("*.cs", "src", "tests");

    [Fact]
    public void No_file_is_longer_than_300_lines() => Assert.Empty(
        Sources.Select(file => (file, Lines: File.ReadAllLines(Repository.At(file)).Length))
            .Where(found => found.Lines > LongestFile)
            .Select(found => $"{found.file}: {found.Lines} lines"));

    [Fact]
    public void No_method_is_longer_than_50_lines() => Assert.Empty(
        Sources.SelectMany(file => Methods.LongerThan(LongestMethod, file, File.ReadAllLines(Repository.At(file)))));

    [Fact]
    public void No_line_is_wider_than_120_columns() => Assert.Empty(
        LinesOf(Sources)
            .Where(line => line.Text.EnumerateRunes().Count() > WidestLine)
            .Select(line => $"{line.File}:{line.Number}: {line.Text.EnumerateRunes().Count()} columns"));

    [Fact]
    public void A_class_has_its_file_alone_but_for_small_records_and_exceptions() => Assert.Empty(
        Sources.Select(file => (file, Classes: ClassesOf(file).ToList()))
            .Where(found => found.Classes.Count > 1)
            .Select(found => $"{found.file}: {string.Join(", ", found.Classes)}"));

    [Fact]
    public void No_folder_is_named_for_a_kind_of_code() => Assert.DoesNotContain(
        Sources.SelectMany(file => file.Split('/')),
        folder => folder is "Actors" or "Interfaces" or "Utils" or "Helpers" or "Models" or "Exceptions");

    [Fact]
    public void A_number_of_C_never_comes_back_as_a_handle_that_looks_at_all_of_the_register()
    {
        var sources = Repository.Files("*.cs", "src").Select(file => File.ReadAllText(Repository.At(file))).ToList();
        var wide = sources.SelectMany(text => WideHandle().Matches(text)).Select(found => found.Groups[1].Value);

        var returned = sources.SelectMany(text => Imported().Matches(text)).Select(found => found.Groups[1].Value);

        Assert.Contains("FileDescriptor", returned);
        Assert.Empty(returned.Intersect(wide));
    }

    [Fact]
    public void The_kernel_is_called_from_one_project_only() => Assert.Empty(
        LinesOf(Repository.Files("*.cs", "src").Except(Repository.Files("*.cs", "src/Swarm.Linux")))
            .Where(line => line.Text.Contains("[LibraryImport(", StringComparison.Ordinal)
                || line.Text.Contains("[DllImport(", StringComparison.Ordinal))
            .Select(line => $"{line.File}:{line.Number}: {line.Text.Trim()}"));

    [Fact]
    public void No_actor_drops_what_it_began() => Assert.Empty(
        LinesOf(Repository.Files("*.cs", "src/Swarm.Cluster"))
            .Where(line => line.Text.TrimStart().StartsWith("_ = ", StringComparison.Ordinal))
            .Select(line => $"{line.File}:{line.Number}: {line.Text.Trim()}"));

    [Fact]
    public void Nothing_is_left_for_later_and_nothing_is_folded_away() => Assert.Empty(
        LinesOf(Sources.Where(file => !file.StartsWith("tests/Swarm.Tidy.Tests/", StringComparison.Ordinal)))
            .Where(line => Unfinished().IsMatch(line.Text))
            .Select(line => $"{line.File}:{line.Number}: {line.Text.Trim()}"));

    [Fact]
    public void No_type_of_ours_has_a_name_that_says_nothing() => Assert.Empty(
        LinesOf(Repository.Files("*.cs", "src"))
            .Select(line => (line, Type: Declaration().Match(line.Text)))
            .Where(found => found.Type.Success && SaysNothing().IsMatch(found.Type.Groups[1].Value))
            .Select(found => $"{found.line.File}:{found.line.Number}: {found.Type.Groups[1].Value}"));

    [Fact]
    public void Every_page_of_the_documents_that_is_named_exists() => Assert.Empty(
        LinesOf(Sources.Concat(Repository.Files("*.md", "docs")).Append("README.md").Append("config/reference.conf"))
            .SelectMany(line => Page().Matches(line.Text).Select(match => (line, Path: match.Value)))
            .Where(found => !File.Exists(Repository.At(found.Path)))
            .Select(found => $"{found.line.File}:{found.line.Number}: {found.Path}"));

    /// <remarks>Mermaid ends a statement there, and begins a comment, in the middle of a text as well.</remarks>
    [Fact]
    public void No_text_of_a_sequence_diagram_has_a_semicolon_or_a_hash()
    {
        var lines = Repository.Files("*.md", "docs", "src").Append("README.md").SelectMany(SequencesOf).ToList();

        Assert.NotEmpty(lines);
        Assert.Empty(lines.Where(line => line.Text.AsSpan().ContainsAny(';', '#'))
            .Select(line => $"{line.File}:{line.Number}: {line.Text.Trim()}"));
    }

    private static IEnumerable<(string File, int Number, string Text)> SequencesOf(string file)
    {
        var isInside = false;
        var before = "";
        foreach (var line in LinesOf([file]))
        {
            isInside = before == "```mermaid" ? line.Text.Trim() == "sequenceDiagram" : isInside && line.Text != "```";
            if (isInside) yield return line;
            before = line.Text;
        }
    }

    private static IEnumerable<(string File, int Number, string Text)> LinesOf(IEnumerable<string> files) =>
        from file in files
        from line in File.ReadAllLines(Repository.At(file)).Index()
        select (file, line.Index + 1, line.Item);

    // What the source generator of JSON fills stands with the records that it reads and writes.
    private static IEnumerable<string> ClassesOf(string file) =>
        File.ReadAllLines(Repository.At(file))
            .Select(line => TopLevelClass().Match(line).Groups[1].Value)
            .Where(name => name.Length > 0
                && !name.EndsWith("Exception", StringComparison.Ordinal)
                && !name.EndsWith("Json", StringComparison.Ordinal));

    [GeneratedRegex(@"^(?:(?:public|internal|file|sealed|static|abstract|partial|unsafe) )*class (\w+)")]
    private static partial Regex TopLevelClass();

    [GeneratedRegex(@"class (\w+)(?:\([^)]*\))?\s*:\s*SafeHandle(?:ZeroOr)?MinusOneIsInvalid")]
    private static partial Regex WideHandle();

    [GeneratedRegex(@"\[LibraryImport\([^\]]*\)\]\s*(?:\[[^\]]*\]\s*)*\w+ static partial (\w+\??) ")]
    private static partial Regex Imported();

    [GeneratedRegex("""\bTODO\b|\bFIXME\b|NotImplementedException|^\s*#region""")]
    private static partial Regex Unfinished();

    [GeneratedRegex("""\b(?:class|record struct|record|struct|interface|enum) ([A-Z]\w*)""")]
    private static partial Regex Declaration();

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Utility|Info|Data|Base|Impl)$")]
    private static partial Regex SaysNothing();

    [GeneratedRegex("""\bdocs/[\w/-]+\.md\b""")]
    private static partial Regex Page();
}
