using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>The key <c>deploy</c>: how many, where, and how they are replaced.</summary>
internal static class DeployKeys
{
    private static Dictionary<string, Func<ResourceLimits, Field, ResourceLimits>> Limits { get; } = new()
    {
        ["cpus"] = (limits, field) => limits with { Cpu = field.Cpus() ?? limits.Cpu },
        ["memory"] = (limits, field) => limits with { Memory = LimitKeys.Memory(field) ?? limits.Memory },
        ["pids"] = (limits, field) => limits with { Pids = LimitKeys.Pids(field) },
    };

    private static Dictionary<string, Func<Resources, Field, Resources>> Reservations { get; } = new()
    {
        ["cpus"] = (resources, field) => resources with { Cpu = field.Cpus() ?? resources.Cpu },
        ["memory"] = (resources, field) => resources with { Memory = field.Size() ?? resources.Memory },
        ["pids"] = (resources, field) => resources with { Pids = LimitKeys.Pids(field) },
    };

    private static Dictionary<string, Func<RestartPolicy, Field, RestartPolicy>> RestartKeys { get; } = new()
    {
        ["condition"] = (policy, field) => policy with
        {
            Condition = field.OneOf(("none", RestartCondition.None), ("on-failure", RestartCondition.OnFailure),
                ("any", RestartCondition.Any)) ?? 0,
        },
        ["delay"] = (policy, field) => policy with { Delay = field.Duration() ?? policy.Delay },
        ["max_attempts"] = (policy, field) => policy with { MaxAttempts = (int)(field.Number(0, 1_000_000) ?? 0) },
        ["window"] = (policy, field) => policy with { Window = field.Duration() ?? policy.Window },
    };

    private static Dictionary<string, Func<UpdatePolicy, Field, UpdatePolicy>> UpdateKeys { get; } = new()
    {
        ["parallelism"] =
            (policy, field) => policy with { Parallelism = (int)(field.Number(0, ComposeLimits.Replicas) ?? 1) },
        ["delay"] = (policy, field) => policy with { Delay = field.Duration() ?? policy.Delay },
        ["order"] = (policy, field) => policy with
        {
            Order = field.OneOf(("stop-first", UpdateOrder.StopFirst), ("start-first", UpdateOrder.StartFirst)) ?? 0,
        },
        ["failure_action"] = (policy, field) => policy with
        {
            FailureAction =
                field.OneOf(("pause", UpdateFailureAction.Pause), ("continue", UpdateFailureAction.Continue),
                    ("rollback", UpdateFailureAction.Rollback)) ?? 0,
        },
        ["monitor"] = (policy, field) => policy with { Monitor = field.Duration() ?? policy.Monitor },
        ["max_failure_ratio"] = (policy, field) => policy with
        {
            MaxFailureRatio = field.Parsed<double>(Ratio, "a share from 0 to 1") ?? 0
        },
    };

    /// <summary>A rollback that fails is not rolled back itself.</summary>
    private static Dictionary<string, Func<UpdatePolicy, Field, UpdatePolicy>> RollbackKeys { get; } = new(UpdateKeys)
    {
        ["failure_action"] = (policy, field) => policy with
        {
            FailureAction =
                field.OneOf(("pause", UpdateFailureAction.Pause), ("continue", UpdateFailureAction.Continue)) ?? 0,
        },
    };

    private static Dictionary<string, Func<ServiceDraft, Field, ServiceDraft>> ResourceKeys { get; } = new()
    {
        ["limits"] =
            (draft, field) => draft with { DeployLimits = field.Fold(draft.DeployLimits, Limits, Refusals.Resources) },
        ["reservations"] = (draft, field) =>
            draft with
            {
                Spec = draft.Spec with
                {
                    Reservations = field.Fold(draft.Spec.Reservations, Reservations, Refusals.Resources)
                }
            },
    };

    private static readonly Dictionary<string, Func<ServiceDraft, Field, ServiceDraft>> Keys = new()
    {
        ["mode"] = (draft, field) => draft with
        {
            Mode = field.OneOf(("replicated", ComposeMode.Replicated), ("replicated-job", ComposeMode.ReplicatedJob),
                ("global", ComposeMode.Global), ("global-job", ComposeMode.GlobalJob)) ?? draft.Mode,
        },
        ["replicas"] = (draft, field) => draft with { Replicas = (int)(field.Number(0, ComposeLimits.Replicas) ?? 1) },
        ["labels"] = Labels,
        ["resources"] = (draft, field) => field.Fold(draft, ResourceKeys, Refusals.None),
        ["restart_policy"] = (draft, field) => draft with
        {
            DeployRestart = field.Fold(new RestartPolicy(), RestartKeys, Refusals.None)
        },
        ["update_config"] = (draft, field) =>
            draft with
            {
                Spec = draft.Spec with { Update = field.Fold(new UpdatePolicy(), UpdateKeys, Refusals.None) }
            },
        ["rollback_config"] = (draft, field) =>
            draft with
            {
                Spec = draft.Spec with { Rollback = field.Fold(new UpdatePolicy(), RollbackKeys, Refusals.None) }
            },
        ["placement"] = (draft, field) =>
            draft with
            {
                Spec =
                draft.Spec with { Placement = field.Fold(draft.Spec.Placement, PlacementKeys.All, Refusals.None) }
            },
    };

    public static ServiceDraft Read(ServiceDraft draft, Field field) => field.Fold(draft, Keys, Refusals.Deploy);

    /// <summary>What only several keys together tell: mode and replicas, both places of
    /// limits, both of restarts.</summary>
    public static ServiceDraft Settle(ServiceDraft draft, Field service)
    {
        var restart = draft.DeployRestart ?? draft.ContainerRestart;
        if (draft.IsJob && restart?.Condition == RestartCondition.Any)
        {
            service.Refuse(
                "a job cannot be restarted whatever happens: its restart condition must be on-failure or none");
        }

        if (draft.IsJob && draft.Replicas == 0) service.Refuse("a job needs at least one replica");
        SwarmKeys.Settle(draft, service);

        var spec = draft.Spec with
        {
            Mode = ModeOf(draft),
            Job = draft.Job ?? new JobPolicy(),
            Restart = restart
                ?? new RestartPolicy { Condition = draft.IsJob ? RestartCondition.OnFailure : RestartCondition.Any },
        };
        return SettleLimits(draft with { Spec = spec }, service);
    }

    private static ServiceDraft SettleLimits(ServiceDraft draft, Field service)
    {
        var (own, deploy, reserved) = (draft.Container.Limits, draft.DeployLimits, draft.Spec.Reservations);
        var cpu = new MilliCpu(One(own.Cpu.Value, deploy.Cpu.Value, "cpus"));
        var isByPeriod = own.CpuPeriod > TimeSpan.Zero || own.CpuQuota > TimeSpan.Zero;
        if (isByPeriod && cpu > MilliCpu.Zero)
            service.Refuse("limits cpus, and has cpu_period or cpu_quota: give one of them");
        var merged = own with
        {
            Cpu = isByPeriod ? LimitKeys.Cpu(own) : cpu,
            Memory = new Bytes(One(own.Memory.Value, deploy.Memory.Value, "mem_limit")),
            Pids = One(own.Pids, deploy.Pids, "pids_limit"),
        };
        if (merged.MemoryAndSwap > Bytes.Zero && (merged.Memory == Bytes.Zero || merged.MemoryAndSwap < merged.Memory))
        {
            service.Refuse("memswap_limit is memory and swap together: it needs a memory limit, and must not be less");
        }

        if (merged.Memory > Bytes.Zero && reserved.Memory > merged.Memory)
            service.Refuse("reserves more memory than its limit");
        if (merged.Cpu > MilliCpu.Zero && reserved.Cpu > merged.Cpu)
            service.Refuse("reserves more cpus than its limit");
        return draft.WithLimits(_ => merged);

        long One(long left, long right, string key)
        {
            if (left != 0 && right != 0 && left != right)
                service.Refuse($"{key} and deploy.resources.limits say different things");
            return right != 0 ? right : left;
        }
    }

    private static ServiceMode ModeOf(ServiceDraft draft) => draft.Mode switch
    {
        ComposeMode.Global => new ServiceMode.Global(),
        ComposeMode.GlobalJob => new ServiceMode.GlobalJob(),
        ComposeMode.ReplicatedJob =>
            new ServiceMode.ReplicatedJob(draft.Replicas ?? 1, draft.MaxConcurrent ?? draft.Replicas ?? 1),
        _ => new ServiceMode.Replicated(draft.Replicas ?? 1),
    };

    private static ServiceDraft Labels(ServiceDraft draft, Field field)
    {
        var labels = KeyValues.Labels(field);
        var spec = draft.Spec with { Labels = labels };
        if (!labels.TryGetValue(SwarmKeys.AtMostOnceLabel, out var value)) return draft with { Spec = spec };
        if (value is not ("true" or "false")) field.Refuse($"{SwarmKeys.AtMostOnceLabel} must be true or false");
        return draft with { Spec = spec with { AtMostOnce = spec.AtMostOnce || value == "true" } };
    }

    private static double? Ratio(string text) =>
        double.TryParse(text, System.Globalization.NumberStyles.AllowDecimalPoint,
            System.Globalization.CultureInfo.InvariantCulture, out var ratio)
        && ratio is >= 0 and <= 1 ? ratio : null;
}
