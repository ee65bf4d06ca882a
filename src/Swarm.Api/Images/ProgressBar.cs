using System.Globalization;

namespace Swarm.Api.Images;

/// <summary>How far a transfer is, drawn as Docker draws it: <c>[====>      ]  1.2MB/3.4MB</c>.</summary>
internal static class ProgressBar
{
    private const int Width = 50;

    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    public static string Draw(long current, long total)
    {
        var done = (int)(Math.Clamp((double)current / total, 0, 1) * Width);
        var bar = new string('=', done) + (done < Width ? ">" : "") + new string(' ', Math.Max(0, Width - done - 1));
        return $"[{bar}]  {Show(current)}/{Show(total)}";
    }

    /// <summary>At most four digits.</summary>
    public static string Show(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1000 && unit < Units.Length - 1; unit++) size /= 1000;
        return size.ToString("G4", CultureInfo.InvariantCulture) + Units[unit];
    }
}
