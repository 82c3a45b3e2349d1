"""The questions that groups/configuration.py puts to Hydra, OmegaConf and datasets."""

ENVIRONMENT = {"STUDIO_MODEL": "openai/clip-vit-base-patch16", "STUDIO_EMPTY": "", "STUDIO_NUMBER": "3"}

YAMLS = [
    "", "{}", "a:", "a: ~", "a: null", "a: Null", "a: nUll", "a: ''", 'a: "null"',
    "a: true", "a: True", "a: TRUE", "a: tRue", "a: yes", "a: No", "a: on", "a: OFF", "a: y", "a: n", "a: 'yes'",
    "a: 0", "a: -0", "a: 7", "a: +7", "a: -12", "a: 1_000", "a: 010", "a: 0o10", "a: 09", "a: 0x1F", "a: 0b101", "a: 1:30", "a: -1:30", "a: 1:60",
    "a: 0.5", "a: .5", "a: 5.", "a: -0.5", "a: +.5", "a: 1e5", "a: 1e-5", "a: 1E+5", "a: 1.5e3", "a: 1.5e-3", "a: .5e-3", "a: .5e3", "a: 1e", "a: e5",
    "a: -0.0", "a: 1.0", "a: 1e16", "a: 1e15", "a: 0.0001", "a: 0.00001", "a: 1:30.5", "a: 1_0.5", "a: .inf", "a: -.INF", "a: .NaN", "a: inf", "a: nan",
    "a: 1.2.3", "a: 2026-03-04", "a: 2026-03-04 05:06:07", "a: 12:34:56", "a: 3 models", "a: '0.5'", "a: !!str 0.5", "a: !!int '7'", "a: !!float 7",
    "a: ???", "a: ${b}", "a: '${b}'", 'a: "{log_dir}/x"', "a: {log_dir}/x", "a: @b", "a: %b", "a: `b`", "a: b # c", "a: b#c", "a: 'it''s'", 'a: "\\u00e9\\n"',
    "a: [1, two, 3.0, null, yes]", "a: [[], {}]", "a: {b: 1, c: [d]}", "a:\n  - 1\n  - b: 2\n    c: 3\n", "a:\n  b:\n    c: d\n", "a: |\n  line\n  line\n", "a: >\n  line\n  line\n",
    "z: 1\na: 2\nm: 3\n", "10: ten\n9: nine\n", "a: 1\na: 2\n", "a: {b: 1, b: 2}", "a: &x {b: 1}\nc: *x\n", "base: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", "a: *nowhere",
    "- 1\n- 2\n", "just text", "a: [1, 2", "a: {b: 1", "\ta: 1", "a: 1\n  b: 2\n", "a: 'open", "a: !!python/object:os.path {}", "a: 1\n---\nb: 2\n", "# only a comment\n",
]  # fmt: skip

OVERRIDES = [
    "method.scaling_factor=0.5", "method.scaling_factor=.5", "method.scaling_factor=5.", "a=1e-5", "a=1E5", "a=-1.5e+3", "a=1_000", "a=1__0", "a=-7", "a=+7", "a=007",
    "a=0x1F", "a=inf", "a=-INF", "a=nan", "a=true", "a=FALSE", "a=yes", "a=null", "a=NULL", "a=None", "a=", "a=''", 'a=""', "a= b", "a=b ", "a=b c", "a= ",
    "a=hello", "a=openai/clip-vit-base-patch32", "a=C:\\models", "a=./x/y.z", "a=*", "a=10%", "a=a@b", "a=a|b?", "a=a-b_c", "a=1-2", "a=10abc", "a=3.4.5", "a=a:b", "a=a: b", "a=12:30",
    "a='b c'", 'a="b, c"', "a='it\\'s'", "a=\"say \\\"x\\\"\"", "a='x\\\\'", "a='a\\b'", "a='a''b'", "a='unclosed", "a='true'", "a='1'", "a='${b}'", "a=b'c'",
    "a=${b}", "a=${b.c}/x", "a=${oc.env:HOME,x}", "a=${oc.env:A,${b}}", "a=$b", "a=${", "a={log_dir}", "a=\\{log_dir\\}/x", "a='{log_dir}/x'",
    "a=[]", "a=[1,2.0,x,null,true]", "a=[ 1 , 2 ]", "a=['x y',\"z\"]", "a=[[1,2],[3]]", "a=[1,2", "a=1]", "a=[1,,2]", "a=[,]", "a=[{b:1},{c:[2]}]",
    "a={}", "a={b:1}", "a={b: 1, c: x}", "a={b:{c:[1]}}", "a={1:x,b-c:y}", "a={b}", "a={b:1", "a={b:1,}", "a={'b':1}", "a={a b:1}", "a={b:}",
    "a=b=c", "a=b\\=c", "a=b\\,c", "a=b\\ c", "a=\\\\", "a=b\\(c\\)", "a=b(", "a=(b)", "a=b#c", "a=b;c", "a=b&c", "a=b<c", "a=b!c", "a=b~c", "a=b^c", "a=`b`", "a=é",
    "a.b.c=1", "a.0=x", "a.0.b=x", "a.b-c=1", "a.$b=1", "a_b=1", "0=1", "a.=1", ".a=1", "a..b=1", "a b=1", "a =1", "a[0]=1", "a", "=", "=1", "", "+", "~", "-a=1",
    "+a=1", "++a=1", "+++a=1", "~a", "~a=1", "~a.b", "+a", "++a", "+a.b={c:1}", "~a=[1,2]",
    "method=task_arithmetic", "method=linear/weighted_average", "modelpool=CLIPVisionModelPool/clip-vit-base-patch32_TA8", "hydra/help=x", "a/b/c=d", "a/b@c.d=e", "a@b=c", "a@=c",
    "+a/b@=c", "~a/b@c", "a@_global_=c", "a@b@c=d", "a/=b", "/a=b", "a/b.c=d", "method=[a,b]", "hydra.run.dir=x/y", "hydra.job.name='a b'",
    "a=1,2,3", "a=x,y", "a=0.1,0.3", "a='x,y',z", "a=[1,2],[3]", "a={b:1},{b:2}", "a=1, 2", "a=1,", "a=,1", "a=true,null",
    "a=choice(1,2,3)", "a=choice(x)", "a=choice(1,2", "a=choice()", "a=choice(choice(a,b))", "a=choice([1,2],{a:b})", "a=range(3)", "a=range(1,4)", "a=range(0,10,3)", "a=range(3,0,-1)",
    "a=range(0,1,0.1)", "a=range(0.1,0.5,0.1)", "a=range(1.0,0.0,-0.25)", "a=range(start=1,stop=3)", "a=range(1,step=2,stop=6)", "a=range(0,3,0)", "a=range(3,1)", "a=range(a,b)", "a=range()",
    "a=range(0,1.1,0.1)", "a=range(-1,2,0.5)", "a=range(0,1e-4,3e-5)", "a=interval(0,1)",
    "a=int(3.7)", "a=int('12')", "a=int(true)", "a=int(x)", "a=float(3)", "a=float('1e3')", "a=str(1.0)", "a=str(true)", "a=str(1e-7)", "a=bool('true')", "a=bool(0)", "a=bool(x)", "a=int(1,2.5)",
    "a=int([1.5,2])", "a=str({b:1})", "a=float(range(1,3))", "a=int(range(1.0,3.0))", "a=str(range(3))", "a=float(choice(1,2))", "a=sort(3,1,2)", "a=sort(b,a)", "a=sort(choice(3,1,2),reverse=true)", "a=sort([3,1,2])",
    "a=sort(range(3,0,-1))", "a=sort(range(0,3),reverse=true)", "a=sort(1,x)", "a=tag(t,choice(a,b))", "a=tag(t)", "a=unknown(1)", "a=choice(1,b=2)", "a=range(1,2,3,4)", "a=range(1,start=2)", "a=foo (1)", "a=glob()",
    "a=int()", "a=choice(a)b",
]  # fmt: skip

INTERPOLATIONS = [
    "a: 1\nb: ${a}", "a: 1\nb: x${a}y", "a: 1.0\nb: x${a}", "a: 1e-7\nb: x${a}", "a: 100000000000000000.0\nb: x${a}", "a: true\nb: x${a}", "a: null\nb: x${a}", "a: null\nb: ${a}", "a: [1, 2]\nb: ${a}", "a: {c: 1}\nb: ${a}",
    "a: {b: {c: d}}\ne: ${a.b.c}", "a: {b: {c: d}}\ne: ${a[b].c}", "a: {b: {c: d}}\ne: ${a[b][c]}", "a: [x, y]\nb: ${a.1}", "a: [x, y]\nb: ${a[0]}", "a: [x, y]\nb: ${a[5]}", "a: {b-c: 1}\nd: ${a.b-c}",
    "a: {b: 1, c: '${.b}'}", "a: {b: {c: '${..d}'}, d: 2}", "a: {b: {c: '${...d}'}}\nd: 3", "a: {b: '${....c}'}", "a: [1, '${.0}']", "a: [1, '${..b}']\nb: 2", "a: ${.b}\nb: 1",
    "a: ${b}\nb: ${c}\nc: 3", "a: ${b}\nb: ${a}", "a: ${a}", "a: {b: '${a}'}", "a: {b: '${c}', d: 1}\nc: ${a.d}", "a: ${b.c}\nb: ${d}\nd: {c: 1}", "a: ${nowhere}", "a: ${b.nowhere}\nb: {c: 1}", "a: ${b.c.d}\nb: {c: 1}",
    "a: ???\nb: ${a}", "a: ???\nb: x${a}", "a:\n  b: ???\nc: ${a}",
    "a: ${oc.env:STUDIO_MODEL}", "a: ${oc.env:STUDIO_MODEL,x}", "a: ${oc.env:STUDIO_NOWHERE}", "a: ${oc.env:STUDIO_NOWHERE,x}", "a: ${oc.env:STUDIO_NOWHERE,1e3}", "a: ${oc.env:STUDIO_NOWHERE,null}", "a: ${oc.env:STUDIO_NOWHERE,'.'}",
    'a: ${oc.env:STUDIO_NOWHERE,"."}', "a: ${oc.env:STUDIO_NOWHERE,true}", "a: ${oc.env:STUDIO_EMPTY,x}", "a: ${oc.env:STUDIO_NUMBER}", "a: ${oc.env:STUDIO_NOWHERE,'x, y'}", "a: {b: 1, c: '${oc.env:STUDIO_NOWHERE,${.b}/d}'}",
    "a: ${oc.env:STUDIO_NOWHERE,${oc.env:STUDIO_ALSO_NOWHERE,z}}", "a: ${oc.env:STUDIO_NOWHERE, x y }", "a: ${oc.env: STUDIO_MODEL }", "a: ${oc.env:STUDIO_NOWHERE,a:b/c-d.e}", "b: STUDIO_MODEL\na: ${oc.env:${b}}", "a: ${oc.env:STUDIO_NOWHERE,''}",
    "a: x\nb: {x: 1}\nc: ${b.${a}}", "a: '\\${b}'\nb: 1", "a: '\\\\${b}'\nb: 1", "a: '\\\\\\${b}'\nb: 1", "a: '\\x${b}'\nb: 1", "a: $b\nb: 1", "a: '$${b}'\nb: 1", "a: '{log_dir}/${b}'\nb: 1", "a: '${b}${b}'\nb: 1",
    "a: '${b'\nb: 1", "a: ${}", "a: '${ b }'\nb: 1", "a: '${b c}'\nb: 1", "a: '${.}'", "a: ${unknown:x}", "a: '${b}}'\nb: 1", "p: {m: '${..base}', d: {e: '${...base}'}}\nbase: x\nq: ${p}", "a: {b: '${.c}', c: {d: '${..e}'}, e: 5}\nf: ${a.b}",
]  # fmt: skip

TREES = [
    (
        "groups, their order and _self_",
        {
            "main.yaml": "defaults:\n  - method: sum\n  - _self_\nmethod:\n  factor: 2\nkeep: 1\n",
            "self_first.yaml": "defaults:\n  - _self_\n  - method: sum\nmethod:\n  factor: 2\n",
            "no_self.yaml": "defaults:\n  - method: sum\nmethod:\n  factor: 2\n",
            "self_twice.yaml": "defaults:\n  - _self_\n  - method: sum\n  - _self_\n",
            "method/sum.yaml": "_target_: Sum\nfactor: 0.3\nnothing: null\n",
            "method/mean.yaml": "_target_: Mean\nweights: [1, 2]\n",
            "empty.yaml": "",
            "null_group.yaml": "defaults:\n  - method: null\n  - _self_\na: 1\n",
            "mandatory.yaml": "defaults:\n  - method: ???\n",
            "config_item.yaml": "defaults:\n  - main\n  - method/mean\n  - /method/sum@other\n  - _self_\n",
            "missing.yaml": "defaults:\n  - method: product\n",
            "optional.yaml": "defaults:\n  - optional method: product\n  - optional pool: big\n  - _self_\na: 1\n",
            "not_a_list.yaml": "defaults: {method: sum}\n",
            "two_keys.yaml": "defaults:\n  - {method: sum, other: x}\n",
            "bad_value.yaml": "defaults:\n  - method: 3\n",
        },
        [
            ("main",), ("main.yaml",), ("self_first",), ("no_self",), ("self_twice",), ("empty",), ("null_group",), ("null_group", "method=mean"), ("mandatory",), ("mandatory", "method=sum"),
            ("config_item",), ("missing",), ("optional",), ("optional", "method=mean"), ("not_a_list",), ("two_keys",), ("bad_value",), ("nowhere",),
            ("main", "method=mean"), ("main", "method=summ"), ("main", "~method"), ("main", "~method=sum"), ("main", "~method=mean"), ("main", "+method=mean"), ("main", "++method=mean"), ("main", "method=3"),
            ("main", "method=null"), ("main", "method=[sum,mean]"), ("main", "method={a:1}"), ("main", "method@x=mean"), ("main", "+method@x=mean"), ("main", "+method@x.y=mean", "x.y.weights=[3]"),
            ("main", "method=mean", "method=sum"), ("empty", "+method=mean"), ("empty", "method=mean"), ("main", "method="), ("main", "pool=x"), ("main", "+pool=x"), ("main", "~pool"),
        ],
    ),
    (
        "nested groups, absolute and relative paths, packages",
        {
            "main.yaml": "defaults:\n  - pool: clip/two\n  - task: eight\n  - _self_\n",
            "pool/clip/two.yaml": "defaults:\n  - clip@: _template\n  - /model@models: [base, cars]\n  - /data/test@test_datasets: [cars]\n  - _self_\nplatform: hf\n",
            "pool/clip/_template.yaml": "_target_: Pool\nmodels: ???\nplatform: none\nprocessor: ${.base_model}\nbase_model: openai/x\n",
            "pool/clip/one.yaml": "defaults:\n  - /model@models: base\n",
            "pool/lone.yaml": "defaults:\n  - ../task/eight\n",
            "pool/sub.yaml": "defaults:\n  - clip: one\n  - clip@deep.er: one\n  - clip/one@_here_\n  - /task@_global_.top: eight\n  - /task@_group_: eight\n",
            "model/base.yaml": "_pretrained_: openai/x\n",
            "model/cars.yaml": "cars: user/cars\n",
            "data/test/cars.yaml": "cars:\n  path: user/cars\n",
            "data/test/dtd.yaml": "dtd:\n  path: user/dtd\n",
            "task/eight.yaml": "# @package task.inner\nname: eight\n",
            "task/global.yaml": "\n# @package _global_\ntask: {name: everywhere}\n",
            "task/commented.yaml": "# words first\n# @package _global_\ntask: {name: here}\n",
            "task/bad_header.yaml": "# @package a b\nx: 1\n",
            "deep.yaml": "defaults:\n  - pool: sub\n",
            "up.yaml": "defaults:\n  - pool: lone\n",
            "options_missing.yaml": "defaults:\n  - /data/test@x: [cars, nothere]\n",
            "options_optional.yaml": "defaults:\n  - optional data/test@x: [cars, nothere]\n",
        },
        [
            ("main",), ("main", "pool=clip/one"), ("main", "task=global"), ("main", "task=commented"), ("main", "task=bad_header"), ("deep",), ("pool/clip/one",), ("options_missing",), ("options_optional",),
            ("main", "data/test@pool.test_datasets=[dtd]"), ("main", "data/test@pool.test_datasets=dtd"), ("main", "model@pool.models=cars"), ("main", "+data/test@task.sets=dtd"), ("main", "data/test=dtd"),
            ("main", "pool.base_model=other/y"), ("main", "pool.models.cars=elsewhere", "+pool.models.new=z"), ("main", "~pool.models.cars"), ("main", "pool/clip=one"),
        ],
    ),
    (
        "override items",
        {
            "base.yaml": "defaults:\n  - method: sum\n  - pool: a\n  - _self_\nseed: null\n",
            "main.yaml": "defaults:\n  - base\n  - override method: mean\n  - _self_\nseed: 1\n",
            "order.yaml": "defaults:\n  - override method: mean\n  - base\n",
            "last.yaml": "defaults:\n  - base\n  - override method: mean\n",
            "only.yaml": "defaults:\n  - override method: mean\nx: 1\n",
            "unknown.yaml": "defaults:\n  - base\n  - override task: x\n",
            "near.yaml": "defaults:\n  - base\n  - override method@other: mean\n",
            "twice.yaml": "defaults:\n  - method: sum\n  - method: mean\n",
            "same_twice.yaml": "defaults:\n  - method: sum\n  - base\n",
            "packages.yaml": "defaults:\n  - method@first: sum\n  - method@second: mean\n  - override method@first: mean\n",
            "inner.yaml": "defaults:\n  - pool: b\n",
            "method/sum.yaml": "name: sum\n",
            "method/mean.yaml": "name: mean\n",
            "pool/a.yaml": "name: a\n",
            "pool/b.yaml": "defaults:\n  - /method: sum\n  - override /method: mean\n  - _self_\nname: b\n",
            "circle.yaml": "defaults:\n  - round\n",
            "round.yaml": "defaults:\n  - circle\n",
            "by_choice.yaml": "defaults:\n  - method: mean\n  - pool: a\n  - both: ${method}_${pool}\n  - _self_\n",
            "by_path.yaml": "defaults:\n  - method: mean\n  - both/${method}_a\n",
            "by_nothing.yaml": "defaults:\n  - method: mean\n  - both: ${nope}\n",
            "both/mean_a.yaml": "which: mean and a\n",
            "both/sum_a.yaml": "which: sum and a\n",
        },
        [
            ("main",), ("main", "method=sum"), ("main", "seed=3"), ("order",), ("last",), ("unknown",), ("near",), ("twice",), ("same_twice",), ("packages",), ("packages", "method@second=sum"),
            ("packages", "method=sum"), ("inner",), ("by_choice",), ("by_choice", "method=sum"), ("by_path",), ("by_nothing",), ("circle",), ("only", "+method=sum"), ("only",),
        ],
    ),
    (
        "overrides of values",
        {
            "main.yaml": "a: 1\nb: {c: x, d: {e: 2.5}}\nl: [1, {m: n}, [o]]\nn: null\nm: ???\ns: '???'\ni: ${b.d}\nj: {k: '${..b}'}\nt: x_${a}\nf: 1.0\n",
        },
        [
            ("main",), ("main", "a=2"), ("main", "a=x"), ("main", "a={q:1}"), ("main", "a=[1,2]"), ("main", "a=null"), ("main", "a=???"), ("main", "a=${b.c}"), ("main", "a.q=1"), ("main", "+a.q=1"), ("main", "x=1"), ("main", "b.x=1"),
            ("main", "b.d.e=0.1"), ("main", "b={c:y}"), ("main", "b={z:y}"), ("main", "+b={z:y}"), ("main", "++b={z:y}"), ("main", "b=3"), ("main", "b=[1]"), ("main", "b=null"), ("main", "b.d={e:{f:1}}"), ("main", "+b.d.g.h=1"), ("main", "b.d.g.h=1"),
            ("main", "l=[9]"), ("main", "l=[]"), ("main", "l={x:1}"), ("main", "l=3"), ("main", "l.0=7"), ("main", "l.1.m=7"), ("main", "l.1.z=7"), ("main", "+l.1.z=7"), ("main", "l.9=7"), ("main", "+l.3=7"), ("main", "l.x=7"), ("main", "l.-1=7"), ("main", "~l.0"),
            ("main", "n=1"), ("main", "n.x=1"), ("main", "+n.x=1"), ("main", "+n=1"), ("main", "m=1"), ("main", "+m=1"), ("main", "~m"), ("main", "~n"), ("main", "~a"), ("main", "~a=1"), ("main", "~a=2"), ("main", "~b"), ("main", "~b.d"), ("main", "~b={c:x}"), ("main", "~x"), ("main", "~b.x"),
            ("main", "+a=3"), ("main", "++a=3"), ("main", "+x=1"), ("main", "++x=1"), ("main", "+x.y.z=[1]"), ("main", "++x={y:1}", "x.y=2"), ("main", "+x=", "+y=''"), ("main", "i.e=7"), ("main", "i=3"), ("main", "+i.z=1"), ("main", "i={e:9}"), ("main", "j.k.c=q"), ("main", "t=y_${f}"), ("main", "t='y ${a}'"),
            ("main", "a=1,2"), ("main", "a=range(3)"), ("main", "a='1,2'"), ("main", "a=int(2.5)"), ("main", "b@c=1"), ("main", "a=2", "a=3"), ("main", "~a", "+a=5"), ("main", "hydra.run.dir=out/${a}"), ("main", "hydra.nonsense=1"), ("main", "hydra.job.name=x"), ("main", "+hydra.extra=1"),
            ("main", "t=${hydra:job.config_name}"), ("main", "t=${now:%Y-%m-%d_%H-%M-%S}"), ("main", "t=${hydra:nowhere}"), ("main", "t=${hydra.job.num}"),
        ],
    ),
    (
        "merging of files",
        {
            "main.yaml": "defaults: [one, two, _self_]\n",
            "one.yaml": "a: 1\nb: {c: 1, d: [1, 2]}\nm: ???\ni: {x: 1}\nr: ${i}\nl: [1]\nn: {q: 1}\n",
            "two.yaml": "a: {x: 1}\nb: {d: [3], e: null, c: '???'}\nm: 5\nr: {y: 2}\nl: ???\nn: null\n",
            "list_on_map.yaml": "defaults: [one, bad]\n",
            "bad.yaml": "b: [1]\n",
            "map_on_list.yaml": "defaults: [one, worse]\n",
            "worse.yaml": "l: {x: 1}\n",
            "map_on_null.yaml": "defaults: [one, nulled, again]\n",
            "nulled.yaml": "n: null\nb: null\n",
            "again.yaml": "n: {z: 1}\nb: {w: 1}\n",
        },
        [("main",), ("list_on_map",), ("map_on_list",), ("map_on_null",), ("main", "r.x=5")],
    ),
]  # fmt: skip

SWEEPS = [
    ["method.scaling_factor=0.1,0.3,0.5"], ["a=1,2", "b=x,y,z"], ["a=1", "b='x y'"], ["a=range(0,1,0.25)"], ["a=choice(1,true,null)"], ["a='x,y',z"], ["a=[1,2],[3]"], ["a={b:1},{b:2.0}"], ["+a=1,2", "~b", "++c=3,4"],
    ["a=1,2", "a=5,6,7"], ["method=task_arithmetic,ties_merging", "method.scaling_factor=0.3"], ["a=x\\,y,z"], ["a=1e-7,1.0"], ["g/h@p.q=a,b"], ["a=interval(0,1)"], ["a=''"], ["a="], ["a='it\\'s',x"], ["a='b\\\\'"], ["a=C:/x y"],
    ["method.scaling_factor=range(0,1.05,0.05)"], [],
]  # fmt: skip

SPLITS = [
    "train", "test", "train[:10]", "train[10:]", "train[10:20]", "train[-10:]", "train[:-10]", "train[:10%]", "train[90%:]", "train[33%:66%]", "test[:1%]", "train[:10%]+test", "train[:5]+train[-5:]", "train[:33%](pct1_dropremainder)",
    "test[:33%](pct1_dropremainder)", "train[:101%]", "train[300:]", "train[:300]", "train[20:10]", "validation", "train[", "train[]", "train[:]", "train[1]", "", "train + test", "train[:1_0]", "train[0.5:]", "train[:0]", "train[:10%](closest)", "train[:10%](up)",
    "train[-300:]", "train[:-300]", "test[50%:]", "test[:25%]", "test[:2%]",
]  # fmt: skip

TA8 = ("sun397", "stanford-cars", "resisc45", "eurosat", "svhn", "gtsrb", "mnist", "dtd")
POOLS = (
    "clip-vit-base-patch32_TA8", "clip-vit-base-patch32_TA8_model_only", "clip-vit-base-patch16_TA8", "clip-vit-base-patch16_TA8_model_only",
    "clip-vit-large-patch14_TA8", "clip-vit-large-patch14_TA8_model_only", "clip-vit-base-patch32_sun397_and_cars", "clip-vit-base-patch32_svhn_and_mnist",
    "clip-vit-base-patch32_individual",
)  # fmt: skip
TASK_POOLS = ("clip-vit-classification_TA8", "clip-vit-classification_TA8_B16", "clip-vit-classification_TA8_L14", "clip-vit-classification_TA8_val", "clip-vit-base-patch32_svhn_and_mnist", *(f"clip-vit-single-task_{task}" for task in TA8))
METHOD_OPTIONS = ("dummy", "simple_average", "task_arithmetic", "ties_merging", "linear/weighted_average", "linear/linear_interpolation", "magmax/magmax", "dare/task_arithmetic", "dare/ties_merging", "slerp/slerp", "model_stock/model_stock", "dare/simple_average", "linear/expo", "pruning/magnitude_diff_pruning", "analysis/task_vector_cos_similarity", "regmean/clip_regmean", *(f"singular_value_calibration/{name}" for name in ("task_arithmetic", "ties_merging", "simple_average", "dare_task_arithmetic", "task_singular_vector", "iso_c", "iso_cts", "wudi")))

OWN = [
    ("_get_started/clip_task_arithmetic",), ("_get_started/clip_simple_average",), ("_get_started/clip_evaluate_single_model",), ("fabric_model_fusion",), ("model_fusion",),
    *(("fabric_model_fusion", f"method={option}") for option in METHOD_OPTIONS),
    *(("fabric_model_fusion", f"modelpool=CLIPVisionModelPool/{option}") for option in POOLS),
    *(("fabric_model_fusion", f"taskpool=CLIPVisionModelTaskPool/{option}") for option in TASK_POOLS),
    ("fabric_model_fusion", "method=task_arithmetic", "method.scaling_factor=0.5", "modelpool=CLIPVisionModelPool/clip-vit-base-patch16_TA8", "taskpool=CLIPVisionModelTaskPool/clip-vit-classification_TA8_B16", "taskpool.base_model=openai/clip-vit-base-patch16"),
    ("fabric_model_fusion", "method=task_arithmetic", "method.scale_factor=0.5"),
    ("fabric_model_fusion", "method=task_arithmetic", "+method.scale_factor=0.5"),
    ("fabric_model_fusion", "method=taskarithmetic"),
    ("fabric_model_fusion", "method=adamerging/clip"),
    ("fabric_model_fusion", "method=adamerging/clip", "method.name=clip_task_wise_adamerging", "method.weights=[0.3,0.5]"),
    ("fabric_model_fusion", "taskpool=CLIPVisionModelTaskPool/clip-vit-single-task_dtd", "dataset/image_classification/test@taskpool.test_datasets=[mnist,svhn]"),
    ("fabric_model_fusion", "~taskpool"),
    ("fabric_model_fusion", "merged_model_save_path='{log_dir}/merged'", "report_save_path=null", "seed=7", "fast_dev_run=true"),
]  # fmt: skip
