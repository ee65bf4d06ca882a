using System.Globalization;
using System.Text;

namespace Swarm.Tests;

/// <summary>Hostile input: samples of what a reader knows, changed by chance. A failure names the seed that makes the
/// same input again.</summary>
/// <remarks>SWARM_FUZZ_RUNS sets how many inputs each reader is given, SWARM_FUZZ_SEED where they begin.</remarks>
internal static class Hostile
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "-1", "0", "9223372036854775808", "1e309", "0x", "\0", "\n", "\r\n", "\t", " ", "../../..", "/", "//", "%s",
            "${", "${A:-${B:?", "$$", "\"", "'", "\\", "{", "}", "[", "]", ":", ": ", "- ", "&a ", "*a", "<<: *a",
            "!!binary ", "|", ">", "#", ",", "=", "true", "null", "~", "\u202e", "\ud83d\ude00", "\u0000\u0001",
            "sha256:", "include ",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff, 0xfe], [0xc3], [0x80, 0x80], [0xef, 0xbb, 0xbf],
        .. new[] { "[", "{\"a\":", "(", "a: ", "${A:-" }.Select(part => Repeat(part, 5000)),
        Repeat("A", 70_000),
    ];

    public static int Runs { get; } = Setting("SWARM_FUZZ_RUNS", 200);

    public static int FirstSeed { get; } = Setting("SWARM_FUZZ_SEED", 1);

    /// <summary>Gives changed samples to a reader, which may only refuse them in the way that it promises.</summary>
    /// <param name="memory">Bytes that one reading may allocate, let go of again or not.</param>
    public static void Read(
        IReadOnlyList<string> samples, Action<string> read, Func<Exception, bool> isRefusal, long memory) =>
        ReadBytes(
            [.. samples.Select(Encoding.UTF8.GetBytes)], bytes => read(Encoding.UTF8.GetString(bytes)), isRefusal,
            memory);

    /// <inheritdoc cref="Read"/>
    public static void ReadBytes(
        IReadOnlyList<byte[]> samples, Action<byte[]> read, Func<Exception, bool> isRefusal, long memory)
    {
        for (var seed = FirstSeed; seed < FirstSeed + Runs; seed++)
        {
            var input = Change(samples, new Random(seed));
            var (fault, used) = Within(() => Measure(() => read(input)), seed);
            if (fault is not null && !isRefusal(fault))
                throw new InvalidOperationException($"seed {seed}: {fault.GetType()} from {Show(input)}", fault);
            if (used > memory)
                throw new InvalidOperationException($"seed {seed}: {used} bytes allocated for {Show(input)}");
        }
    }

    /// <summary>One of the samples, changed in one place or many.</summary>
    public static byte[] Change(IReadOnlyList<byte[]> samples, Random chance)
    {
        var text = samples[chance.Next(samples.Count)].ToList();
        var changes = chance.Next(4) == 0 ? chance.Next(5, 50) : chance.Next(1, 4);
        for (var i = 0; i < changes; i++)
        {
            var at = chance.Next(text.Count + 1);
            var length = Math.Min(text.Count - at, chance.Next(3) == 0 ? chance.Next(200) : chance.Next(8));
            switch (chance.Next(7))
            {
                case 0 when at < text.Count: text[at] ^= (byte)(1 << chance.Next(8)); break;
                case 1 when at < text.Count: text[at] = (byte)chance.Next(256); break;
                case 2: text.RemoveRange(at, length); break;
                case 3: text.InsertRange(chance.Next(text.Count + 1), text.GetRange(at, length)); break;
                case 4: text.RemoveRange(at, text.Count - at); break;
                case 5:
                    var other = samples[chance.Next(samples.Count)];
                    text.InsertRange(at, other.Skip(chance.Next(other.Length + 1)).Take(chance.Next(300)));
                    break;
                default: text.InsertRange(at, Tokens[chance.Next(Tokens.Length)]); break;
            }
        }

        return [.. text];
    }

    /// <summary>Nothing may take so long that somebody would take it for hanging.</summary>
    private static T Within<T>(Func<T> work, int seed)
    {
        var working = Task.Run(work);
        return working.Wait(Patience)
            ? working.Result
            : throw new InvalidOperationException($"seed {seed}: still reading after {Patience.TotalSeconds} s");
    }

    private static (Exception? Fault, long Used) Measure(Action read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exception? fault = null;
        try
        {
            read();
        }
#pragma warning disable CA1031 // Whether it is the right one is for the caller to say.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            fault = thrown;
        }

        return (fault, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Show(byte[] input) =>
        Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 2000))) + (input.Length > 2000 ? "..." : "");

    private static byte[] Repeat(string part, int times) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, times)));

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } set
            ? int.Parse(set, NumberStyles.None, CultureInfo.InvariantCulture)
            : otherwise;
}
