namespace Swarm.Cli.Tests;

/// <summary>Presses Ctrl-C, as it were, when a line was written.</summary>
internal sealed class InterruptingWriter(CancellationTokenSource interrupt, string after) : StringWriter
{
    public override async Task WriteLineAsync(string? value)
    {
        await base.WriteLineAsync(value);
        if (value == after) await interrupt.CancelAsync();
    }
}
