namespace Swarm.Runtime.Adoption;

/// <summary>Tells one boot of the host from another: pids and start times mean something in one only.</summary>
internal static class HostBoot
{
    public static string Id { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
