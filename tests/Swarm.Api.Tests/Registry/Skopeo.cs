using System.Diagnostics;

namespace Swarm.Api.Tests.Registry;

/// <summary>The program that copies images between registries.</summary>
internal static class Skopeo
{
    /// <returns>How it ended.</returns>
    public static async Task<int> CopyAsync(params string[] arguments)
    {
        using var skopeo = Process.Start(new ProcessStartInfo("skopeo", ["--insecure-policy", "copy", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await Task.WhenAll(skopeo.StandardOutput.ReadToEndAsync(), skopeo.StandardError.ReadToEndAsync());
        await skopeo.WaitForExitAsync();
        return skopeo.ExitCode;
    }
}
