namespace Swarm.Runtime.Tests;

/// <summary>Takes the scheduler BFQ; where the kernel does not have it, it is counted as skipped, with the
/// reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BfqFactAttribute : FactAttribute
{
    private static readonly string? WhyNot = Directory.GetDirectories("/sys/block")
        .Select(device => Path.Join(device, "queue/scheduler"))
        .Any(file => File.Exists(file) && File.ReadAllText(file).Contains("bfq", StringComparison.Ordinal))
            ? null
            : "this kernel does not have the scheduler bfq";

    public BfqFactAttribute() => Skip = WhyNot;
}
