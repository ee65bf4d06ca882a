namespace Swarm.Client.Compose;

/// <summary>Keys of the Compose specification that are known and not supported, with what to
/// do instead where there is something.</summary>
internal static class Refusals
{
    private const string NotYet = "is not supported yet";

    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    public static IReadOnlyDictionary<string, string> Top { get; } = Of(
        ("secrets", NotYet), ("configs", NotYet), ("models", NotYet),
        ("include", NotYet + "; write all services in one file"));

    public static IReadOnlyDictionary<string, string> Service { get; } = Of(
        [
            ("build", "is not supported: build the image elsewhere and load it with 'swarm image load'"),
            ("container_name", "is not supported: a service has several containers, each named by its task"),
            ("depends_on", NotYet + "; let the container wait for what it needs"),
            ("expose", "has no effect here and is refused: containers of a network reach all ports of each other"),
            ("links", "is not supported: containers of a network reach each other"),
            ("scale", "is not supported: use deploy.replicas"),
            ("pull_policy", NotYet + "; images are loaded with 'swarm image load'"),
            ("cpu_quota", NotYet + "; use cpus"), ("cpu_period", NotYet + "; use cpus"),
            ("mem_reservation", NotYet + "; use deploy.resources.reservations.memory"),
            .. """
                annotations attach blkio_config cgroup cgroup_parent configs cpu_count cpu_percent cpu_rt_period
                cpu_rt_runtime credential_spec develop device_cgroup_rules devices dns_opt dns_search domainname
                extends external_links gpus group_add init ipc isolation label_file logging mac_address
                mem_swappiness models oom_kill_disable oom_score_adj pid platform post_start pre_stop profiles
                provider runtime secrets storage_opt ulimits use_api_socket userns_mode uts volumes_from
                """.Split((char[])[' ', '\n']).Select(Later),
        ]);

    public static IReadOnlyDictionary<string, string> Deploy { get; } = Of(
        ("endpoint_mode", NotYet));

    public static IReadOnlyDictionary<string, string> Resources { get; } = Of(
        ("devices", NotYet), ("generic_resources", NotYet));

    public static IReadOnlyDictionary<string, string> Network { get; } = Of(
        [.. "attachable driver_opts enable_ipv4 enable_ipv6 external internal ipam labels".Split(' ').Select(Later)]);

    public static IReadOnlyDictionary<string, string> ServiceNetwork { get; } = Of(
        [
            ("aliases", NotYet), ("driver_opts", NotYet), ("gw_priority", NotYet), ("interface_name", NotYet),
            ("ipv4_address", NotYet), ("ipv6_address", NotYet), ("link_local_ips", NotYet), ("mac_address", NotYet),
            ("priority", NotYet),
        ]);

    public static IReadOnlyDictionary<string, string> Volume { get; } = Of(
        ("driver_opts", NotYet), ("labels", NotYet),
        ("external", NotYet + "; name alone takes the volume of that name"));

    public static IReadOnlyDictionary<string, string> Mount { get; } = Of(
        ("consistency", NotYet), ("image", NotYet), ("cluster", NotYet));

    public static IReadOnlyDictionary<string, string> MountOptions { get; } = Of(
        ("propagation", NotYet), ("selinux", NotYet), ("recursive", NotYet), ("nocopy", NotYet), ("subpath", NotYet));

    public static IReadOnlyDictionary<string, string> Port { get; } = Of(("name", NotYet), ("app_protocol", NotYet));

    public static IReadOnlyDictionary<string, string> EnvironmentFiles { get; } = Of(("format", NotYet));

    private static (string Key, string Why) Later(string key) => (key, NotYet);

    private static Dictionary<string, string> Of(params (string Key, string Why)[] keys) =>
        keys.ToDictionary(key => key.Key, key => key.Why);
}
