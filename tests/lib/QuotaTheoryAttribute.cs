namespace Swarm.Tests;

/// <summary>Takes file systems with project quotas; where the kernel has none it is counted as skipped, with the
/// reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QuotaTheoryAttribute : TheoryAttribute
{
    public QuotaTheoryAttribute() => Skip = LoopDisk.WhyNoQuotas;
}
