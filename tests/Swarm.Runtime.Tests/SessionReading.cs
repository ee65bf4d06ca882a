using System.Text;
using Swarm.Runtime.Consoles;

namespace Swarm.Runtime.Tests;

/// <summary>Reading what a session brings.</summary>
internal static class SessionReading
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Reads to the end.</summary>
    public static async Task<(string Output, string Error)> ReadToEndAsync(this IConsoleSession session)
    {
        using var patience = new CancellationTokenSource(Patience);
        var texts = new Dictionary<ConsoleStream, StringBuilder>
        {
            [ConsoleStream.Output] = new(),
            [ConsoleStream.Error] = new(),
        };
        var buffer = new byte[4096];
        while (await session.ReadAsync(buffer, patience.Token) is { Length: > 0 } read)
            texts[read.Stream].Append(Encoding.UTF8.GetString(buffer, 0, read.Length));
        return (texts[ConsoleStream.Output].ToString(), texts[ConsoleStream.Error].ToString());
    }

    /// <summary>Reads until a text has come.</summary>
    public static async Task<string> ReadUntilAsync(this IConsoleSession session, string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        var read = new StringBuilder();
        var buffer = new byte[4096];
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            var came = await session.ReadAsync(buffer, patience.Token);
            Assert.True(came.Length > 0, $"the output ended before '{text}': {read}");
            read.Append(Encoding.UTF8.GetString(buffer, 0, came.Length));
        }

        return read.ToString();
    }

    public static async Task WriteTextAsync(this IConsoleSession session, string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        Assert.True(await session.WriteAsync(Encoding.UTF8.GetBytes(text), patience.Token));
    }
}
