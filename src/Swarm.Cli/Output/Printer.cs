using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Swarm.Cli.Output;

/// <summary>Writes answers: tables for people, aligned text for pipes, JSON for programs.</summary>
internal sealed class Printer(Surroundings surroundings, bool json)
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsJson => json;

    /// <summary>A line for people; programs get theirs at the end.</summary>
    public void Say(string line)
    {
        if (!json) surroundings.Out.WriteLine(line);
    }

    public void Warn(string line) => surroundings.Error.WriteLine("swarm: " + line);

    public void Json(JsonNode node) => surroundings.Out.WriteLine(node.ToJsonString(Indented));

    public void JsonLine(JsonNode node) => surroundings.Out.WriteLine(node.ToJsonString());

    public void Rows<T>(string[] columns, IEnumerable<T> items, Func<T, string[]> row, Func<T, JsonNode> toJson)
    {
        if (json) Json(new JsonArray([.. items.Select(toJson)]));
        else if (surroundings.IsTerminal) Table(columns, items.Select(row));
        else Aligned([columns, .. items.Select(row)]);
    }

    private static void Table(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns) table.AddColumn(column);
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
    }

    private void Aligned(List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(row => row[i].Length)).ToArray();
        foreach (var row in rows)
        {
            surroundings.Out.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }
}
