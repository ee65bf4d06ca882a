using System.CommandLine;

namespace Swarm.Cli.Commands;

/// <summary>Command lines that show how a command is used, at the foot of its help.</summary>
internal sealed class Examples
{
    private readonly Dictionary<Command, string[]> _lines = [];
    private readonly Dictionary<Command, string> _notes = [];

    public void Add(Command command, params string[] lines) => _lines[command] = lines;

    public void Close(Command command, string note) => _notes[command] = note;

    public void Write(Command command, TextWriter output)
    {
        if (_lines.TryGetValue(command, out var lines))
        {
            output.WriteLine("Examples:");
            foreach (var line in lines) output.WriteLine("  " + line);
            output.WriteLine();
        }

        if (_notes.TryGetValue(command, out var note)) output.WriteLine(note);
    }
}
