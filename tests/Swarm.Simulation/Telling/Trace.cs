using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Swarm.Simulation.Telling;

/// <summary>What happened, line by line, for people and for comparing one run with its repetition.</summary>
internal sealed class Trace(Time.Timeline timeline, TextWriter? to)
{
    public bool IsOn => to is not null;

    public void Say([InterpolatedStringHandlerArgument("")] Line line)
    {
        if (to is null) return;
        to.Write(timeline.Elapsed.TotalSeconds.ToString("000.000", CultureInfo.InvariantCulture));
        to.Write(' ');
        to.WriteLine(line.Text);
    }

    /// <summary>Costs nothing while nobody reads it.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Line
    {
        private readonly StringBuilder? _text;

        public Line(int literals, int holes, Trace trace, out bool isOn)
        {
            isOn = trace.IsOn;
            _text = isOn ? new StringBuilder(literals + (holes * 8)) : null;
        }

        public string Text => _text?.ToString() ?? "";

        public void AppendLiteral(string text) => _text!.Append(text);

        public void AppendFormatted<T>(T value) => _text!.Append(CultureInfo.InvariantCulture, $"{value}");
    }
}
