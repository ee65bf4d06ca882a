namespace Swarm.Client.Compose;

/// <summary>Keys of the Compose specification that are known and not supported, with what to
/// do instead where there is something.</summary>
internal static class Refusals
{
    private const string NotYet = "is not supported yet";
    private const string NotTogether = "tasks of two services are not placed together on one host";
    private const string Several = "a service has several containers";
    private const string NoRealTime = "is not supported: no container gets real-time budget";
    private const string OfWindows = "is not supported: it is for Windows";

    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    public static IReadOnlyDictionary<string, string> Top { get; } = Of(
        ("secrets", NotYet), ("configs", NotYet), ("models", NotYet),
        ("include", NotYet + "; write all services in one file"));

    public static IReadOnlyDictionary<string, string> Service { get; } = Of(
        [
            ("build", "is not supported: build the image first ('docker build' on any node), or load it "
                + "('swarm image load')"),
            ("container_name", "is not supported: a service has several containers, each named by its task"),
            ("depends_on", NotYet + "; let the container wait for what it needs"),
            ("scale", "is not supported: use deploy.replicas"),
            ("external_links", "is not supported: it names containers, and a service has no container of its own"),
            ("volumes_from", "is not supported: " + NotTogether + "; name the volume in both"),
            ("mac_address", "is not supported: " + Several),
            ("cpu_rt_period", NoRealTime), ("cpu_rt_runtime", NoRealTime),
            ("cpu_count", OfWindows), ("cpu_percent", OfWindows), ("credential_spec", OfWindows),
            ("isolation", OfWindows),
            .. """
                attach configs develop extends gpus label_file models platform post_start pre_stop profiles
                provider runtime secrets use_api_socket
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
            ("driver_opts", NotYet), ("interface_name", NotYet), ("link_local_ips", NotYet),
            ("ipv4_address", "is not supported: " + Several), ("ipv6_address", "is not supported: " + Several),
            ("mac_address", "is not supported: " + Several), ("priority", NotYet + "; use gw_priority"),
        ]);

    public static IReadOnlyDictionary<string, string> Mount { get; } = Of(
        ("image", NotYet), ("cluster", NotYet));

    public static IReadOnlyDictionary<string, string> Port { get; } = Of(("name", NotYet), ("app_protocol", NotYet));

    public static IReadOnlyDictionary<string, string> EnvironmentFiles { get; } = Of(("format", NotYet));

    private static (string Key, string Why) Later(string key) => (key, NotYet);

    private static Dictionary<string, string> Of(params (string Key, string Why)[] keys) =>
        keys.ToDictionary(key => key.Key, key => key.Why);
}
